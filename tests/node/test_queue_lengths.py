"""How many jobs wait is known from the real queue, by service; what is due later does not wait yet."""

from __future__ import annotations

import psycopg
import pytest

from eseller.config.environment import environment
from eseller.node.queue_lengths import QueueLengths
from eseller.services.tiers import SERVICES

pytestmark = pytest.mark.usefixtures("db")
_ADD = """
INSERT INTO procrastinate_jobs (queue_name, task_name, args, status, scheduled_at)
VALUES (%s, 'none', '{}', 'todo', now() + %s * interval '1 hour')
"""


def test_jobs_that_wait_are_counted_by_service() -> None:
    lengths = QueueLengths(environment().role_url("platform"))
    assert lengths.figures().waiting == {}
    with psycopg.connect(environment().role_url("platform").url) as connection:
        lengths.look(connection)
        before = lengths.figures().waiting
        assert before.keys() == {service.name for service in SERVICES}
        connection.execute(_ADD, ["media", -1])
        connection.execute(_ADD, ["media", 1])
        connection.execute(_ADD, ["nobody's", -1])
        lengths.look(connection)
        assert lengths.figures().waiting == {**before, "media": before["media"] + 1}
        connection.rollback()
