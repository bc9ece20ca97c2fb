"""The worker does what the queue holds, also what a dead worker left behind."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connections
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from eseller.node.health import State
from eseller.node.housekeeping import MOST_ATTEMPTS, NAMESPACE, QUEUE
from eseller.node.services import Services
from eseller.node.worker import Shift, worker_app
from tests.node.processes import eventually
from tests.node.running import ROOT, free_port
from tests.snapshots_off import forget_snapshots

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("db")]


def defer(name: str, *, priority: int = 0, **arguments: int) -> int:
    """Queue a job by its name; the queue need not be one that a worker serves."""
    queue = QUEUE if name.startswith(NAMESPACE) else "nobody"
    job: int = app.configure_task(name, queue=queue, priority=priority).defer(**arguments)
    return job


def status(job: int) -> str:
    with connections["platform"].cursor() as cursor:
        cursor.execute("SELECT status FROM procrastinate_jobs WHERE id = %s", [job])
        row = cursor.fetchone()
    return str(row[0]) if row else "gone"


def keep_house() -> None:
    """Look after what dead workers left, as happens every minute."""
    with contextlib.suppress(AlreadyEnqueued):
        defer(f"{NAMESPACE}:retry_stalled", timestamp=0)
    with worker_app() as for_worker:
        for_worker.run_worker(queues=[QUEUE], wait=False, listen_notify=False, install_signal_handlers=False)


def start_as_a_worker_would(job: int, *, heartbeat: str) -> None:
    """Mark a job as taken by a worker whose last sign of life was then."""
    with connections["platform"].cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - %s::interval) RETURNING id", [heartbeat]
        )
        (worker,) = cursor.fetchone()
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s WHERE id = %s", [worker, job])


def test_what_a_dead_worker_left_is_queued_again_and_a_living_ones_job_is_not() -> None:
    dead, alive = defer("nobody:noop"), defer("nobody:noop")
    start_as_a_worker_would(dead, heartbeat="10 minutes")
    start_as_a_worker_would(alive, heartbeat="0 seconds")
    keep_house()
    assert (status(dead), status(alive)) == ("todo", "doing")


def test_a_stalled_job_whose_twin_waits_already_makes_room_for_it_and_holds_up_no_other() -> None:
    first, second = (
        app.configure_task("nobody:noop", queue="nobody", queueing_lock=f"once-{n}").defer() for n in range(2)
    )
    other = defer("nobody:noop")
    for job in (first, second, other):
        start_as_a_worker_would(job, heartbeat="10 minutes")
    twin = app.configure_task("nobody:noop", queue="nobody", queueing_lock="once-0").defer()
    keep_house()
    assert [status(job) for job in (first, second, other, twin)] == ["gone", "todo", "todo", "todo"]


def test_a_job_that_ends_every_worker_is_given_up() -> None:
    job, sound = defer("nobody:noop"), defer("nobody:noop")
    for n in range(MOST_ATTEMPTS):
        start_as_a_worker_would(job, heartbeat="10 minutes")
        if n == MOST_ATTEMPTS - 1:
            start_as_a_worker_would(sound, heartbeat="10 minutes")
        keep_house()
        assert status(job) == ("failed" if n == MOST_ATTEMPTS - 1 else "todo")
    assert status(sound) == "todo"


def test_the_process_does_jobs_without_notifications_and_ends_when_told() -> None:
    environ = {**os.environ, "ESELLER_PRIVATE_PORT_BASE": str(free_port() - 1), "ESELLER_WEB_PROCESSES": "1"}
    environ["ESELLER_GOVERNOR"] = "false"  # it would stop this very service where other tests keep the disk busy
    worker = subprocess.Popen([sys.executable, "-m", "eseller.node.worker"], cwd=ROOT, env=environ)
    try:
        # Other tests have left jobs, some hundred mails; how fast this machine sends them is not what this is about.
        job = defer(f"{NAMESPACE}:forget_old_jobs", priority=1, timestamp=0)
        assert eventually(lambda: status(job) == "succeeded", seconds=20)
        with connections["platform"].cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE query ILIKE '%%LISTEN%%' AND pid <> pg_backend_pid()"
            )
            assert cursor.fetchone() == (0,)
    finally:
        worker.send_signal(signal.SIGTERM)
        code = worker.wait(20)
        forget_snapshots()
    assert code == 0


def test_a_change_that_work_knows_of_already_does_not_end_it() -> None:
    async def begin() -> list[str]:
        done: list[str] = []

        async def work() -> None:
            done.append("begun")
            await asyncio.sleep(30)

        process = State("worker.0")
        services = Services(Path("/nonexistent"))
        shift = Shift(process, work, services)
        # As from another thread, a moment before work begins.
        services.changed()
        running = asyncio.create_task(shift.run())
        await asyncio.sleep(0.2)
        assert process.phase == "serving"
        assert not process.is_idle()
        services.changed()
        await asyncio.sleep(0.2)
        assert not process.is_idle()
        shift._end()
        await running
        return done

    assert asyncio.run(asyncio.wait_for(begin(), 10)) == ["begun", "begun"]
