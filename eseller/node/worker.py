"""The worker process: does the jobs of the queue.

It asks the queue twice a second. LISTEN/NOTIFY would be quicker, and takes a lock at commit that all shops
share.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import signal
from collections.abc import Callable, Coroutine, Iterator
from typing import Any

from procrastinate import App

from eseller.cluster.backup.catalogue import Catalogue
from eseller.config.environment import Environment, environment
from eseller.node import services
from eseller.node.following import follow_in_worker
from eseller.node.governing import Governor
from eseller.node.health import State
from eseller.node.housekeeping import NAMESPACE, STALLED_SECONDS, housekeeping
from eseller.node.private import open_port
from eseller.node.queue_lengths import QueueLengths

POLL_SECONDS = 0.5
HEARTBEAT_SECONDS = 10
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextlib.contextmanager
def worker_app() -> Iterator[App]:
    """The queue with all tasks of the platform, as a worker needs it; sets Django up."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "eseller.config.settings")
    import django

    django.setup()
    from procrastinate.contrib.django import app
    from procrastinate.contrib.django.django_connector import DjangoConnector

    if not isinstance(app.connector, DjangoConnector):
        raise TypeError("the queue must be that of Django's database")
    with app.replace_connector(app.connector.get_worker_connector()) as for_worker:
        if f"{NAMESPACE}:retry_stalled" not in for_worker.tasks:
            for_worker.add_tasks_from(housekeeping, namespace=NAMESPACE)
        yield for_worker


def work(env: Environment, index: int = 0) -> None:
    """Do jobs until told to stop by SIGTERM or SIGINT; running jobs get ``stop_seconds`` to finish.

    Args:
        env: The settings.
        index: Number of this worker, from 0; it decides the private port.
    """
    process = State(f"worker.{index}")
    open_port(env, env.private_port(env.web_processes + index), process)
    chosen = services.Services(env.data_dir / "services.json")
    services.keep(chosen)
    if env.governor:
        Governor(chosen, env.role_url("platform"), env.data_dir / "governor.jsonl").start()
    if env.cluster_patroni:
        process.parts["backup"] = Catalogue(env.data_dir).figures
    lengths = QueueLengths(env.role_url("platform"))
    lengths.start()
    process.parts["queues"] = lengths.figures
    with worker_app() as app:
        process.reloads |= follow_in_worker(env.data_dir)
        options = {
            "name": f"worker-{os.getpid()}",
            "concurrency": env.worker_jobs,
            "fetch_job_polling_interval": POLL_SECONDS,
            "listen_notify": False,
            "update_heartbeat_interval": HEARTBEAT_SECONDS,
            "stalled_worker_timeout": STALLED_SECONDS,
            "shutdown_graceful_timeout": env.stop_seconds,
            "install_signal_handlers": False,
        }
        asyncio.run(_run(app, process, chosen, options))


async def _run(app: App, process: State, chosen: services.Services, options: dict[str, Any]) -> None:
    def jobs() -> Coroutine[Any, Any, None]:
        queues = chosen.queues()
        # Without any, Procrastinate would take all.
        return app.run_worker_async(**options, queues=queues or ["none"])

    async with app.open_async():
        await Shift(process, jobs, chosen).run()


class Shift:
    """Jobs are done until the process is told to end; when it is drained, a break is made.

    Args:
        process: The process.
        work: Does jobs until it is cancelled, and finishes those that run.
        chosen: Which jobs; when that changes, those that run are finished, and work goes on with the others.
    """

    def __init__(
        self, process: State, work: Callable[[], Coroutine[Any, Any, None]], chosen: services.Services | None = None
    ) -> None:
        self._process, self._work = process, work
        self._loop = asyncio.get_running_loop()
        self._jobs: asyncio.Task[None] | None = None
        self._told, self._ending, self._drained = asyncio.Event(), False, False
        process.on_drain = lambda: self._loop.call_soon_threadsafe(self._drain)
        process.on_undrain = self._go_on
        process.is_idle = lambda: self._jobs is None
        self._changes, self._begun = 0, 0
        if chosen is not None:
            chosen.changed = self._change
            chosen.is_settled = lambda: self._begun == self._changes

    async def run(self) -> None:
        """Do jobs and make breaks."""
        for number in STOP_SIGNALS:
            self._loop.add_signal_handler(number, self._end)
        while not self._ending:
            self._told.clear()
            self._begun = self._changes
            self._jobs = asyncio.create_task(self._work())
            self._process.phase = "serving"
            with contextlib.suppress(asyncio.CancelledError):
                await self._jobs
            self._jobs = None
            if self._begun == self._changes or self._drained:
                await self._told.wait()
            self._drained = False

    def _change(self) -> None:
        """Go on with other jobs; called from any thread."""
        self._changes += 1
        number = self._changes
        self._loop.call_soon_threadsafe(lambda: self._begin_anew(number))

    def _begin_anew(self, number: int) -> None:
        # What has begun since knows of it, and is not followed by anything.
        if number > self._begun:
            self._break_off()

    def _drain(self) -> None:
        self._drained = True
        self._break_off()

    def _break_off(self) -> None:
        # A second time would cancel what is being finished.
        if self._jobs is not None and not self._jobs.cancelling():
            self._jobs.cancel()

    def _go_on(self) -> bool:
        self._loop.call_soon_threadsafe(self._told.set)
        return False

    def _end(self) -> None:
        # A second signal ends the process at once.
        for number in STOP_SIGNALS:
            self._loop.remove_signal_handler(number)
        self._ending = True
        self._told.set()
        self._break_off()


def main() -> None:
    """Entry of the process that the supervisor starts."""
    parser = argparse.ArgumentParser(prog="eseller.node.worker")
    parser.add_argument("index", type=int, nargs="?", default=0)
    work(environment(), parser.parse_args().index)


if __name__ == "__main__":
    main()
