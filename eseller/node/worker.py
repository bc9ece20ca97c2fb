"""The worker process: does the jobs of the queue.

It asks the queue twice a second. LISTEN/NOTIFY would be quicker, and takes a lock at commit that all shops
share.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator

from procrastinate import App

from eseller.config.environment import Environment, environment
from eseller.node.following import follow_in_worker
from eseller.node.housekeeping import NAMESPACE, STALLED_SECONDS, housekeeping

POLL_SECONDS = 0.5
HEARTBEAT_SECONDS = 10


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


def work(env: Environment) -> None:
    """Do jobs until told to stop by SIGTERM or SIGINT; running jobs get ``stop_seconds`` to finish."""
    with worker_app() as app:
        follow_in_worker(env.data_dir)
        app.run_worker(
            name=f"worker-{os.getpid()}",
            concurrency=env.worker_jobs,
            fetch_job_polling_interval=POLL_SECONDS,
            listen_notify=False,
            update_heartbeat_interval=HEARTBEAT_SECONDS,
            stalled_worker_timeout=STALLED_SECONDS,
            shutdown_graceful_timeout=env.stop_seconds,
        )


def main() -> None:
    """Entry of the process that the supervisor starts."""
    work(environment())


if __name__ == "__main__":
    main()
