"""The jobs that orders have queued, done as a worker would."""

import json
from typing import Any

from django.db import connections
from procrastinate.contrib.django import app

from eseller.tenancy.hosts import ShopInfo
from eseller.tenancy.scope import PLATFORM, platform_transaction

_QUEUED = """
SELECT id, task_name, args::text FROM procrastinate_jobs
WHERE status = 'todo' AND task_name LIKE 'orders.%%' AND args ->> 'shop_id' = %s ORDER BY id
"""


def queued(info: ShopInfo) -> list[tuple[int, str, dict[str, Any]]]:
    """Return the shop's jobs of orders that wait: id, task, arguments."""
    with platform_transaction(), connections[PLATFORM].cursor() as cursor:
        cursor.execute(_QUEUED, [str(info.id)])
        return [(job, task, json.loads(arguments)) for job, task, arguments in cursor.fetchall()]


def work(info: ShopInfo) -> list[Exception]:
    """Do each job that waits once; those that fail stay in the queue, and what they raised is returned."""
    failed: list[Exception] = []
    for job, task, arguments in queued(info):
        try:
            app.tasks[task](**arguments)
        except Exception as error:
            failed.append(error)
            continue
        with platform_transaction(), connections[PLATFORM].cursor() as cursor:
            cursor.execute("DELETE FROM procrastinate_jobs WHERE id = %s", [job])
    return failed
