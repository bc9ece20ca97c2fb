"""Queue a job in the transaction that causes it."""

import json
from datetime import datetime
from typing import Any

from procrastinate.tasks import Task

from eseller.tenancy.scope import require_scope
from eseller.tenancy.sql import fetch


def defer(
    task: Task[..., Any, Any],
    *,
    lock: str | None = None,
    once: str | None = None,
    at: datetime | None = None,
    **arguments: Any,
) -> int | None:
    """Queue a task for the current shop; it exists when the transaction commits.

    The task receives ``shop_id`` and the arguments, and opens a shop transaction itself.

    Args:
        task: a Procrastinate task that takes ``shop_id``.
        lock: jobs with the same lock run one after another (the shop is added).
        once: while a job with this key waits, another is not queued (the shop and task are added).
        at: not before this moment.
        arguments: JSON values; ids rather than personal data.

    Returns:
        The job's id, or None when ``once`` found it queued already.

    Raises:
        Unscoped: outside a shop transaction.
    """
    shop_id = require_scope()
    rows = fetch(
        "SELECT eseller_defer(%s, %s, %s, %s::jsonb, %s, %s, %s)",
        [
            task.queue,
            task.name,
            shop_id,
            json.dumps({"shop_id": shop_id, **arguments}),
            f"{shop_id}:{lock}" if lock else None,
            f"{shop_id}:{task.name}:{once}" if once else None,
            at,
        ],
    )
    job: int | None = rows[0][0]
    return job
