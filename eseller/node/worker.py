"""The worker process: does the jobs of the queue.

It asks the queue twice a second. LISTEN/NOTIFY would be quicker, and takes a lock at commit that all shops
share.
"""

from __future__ import annotations

import os

from eseller.config.environment import Environment, environment

POLL_SECONDS = 0.5
HEARTBEAT_SECONDS = 10


def work(env: Environment) -> None:
    """Do jobs until told to stop by SIGTERM or SIGINT; running jobs get ``stop_seconds`` to finish."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "eseller.config.settings")
    import django

    django.setup()
    from procrastinate.contrib.django import app
    from procrastinate.contrib.django.django_connector import DjangoConnector

    from eseller.node.housekeeping import STALLED_SECONDS, housekeeping

    if not isinstance(app.connector, DjangoConnector):
        raise TypeError("the queue must be that of Django's database")
    app.add_tasks_from(housekeeping, namespace="eseller.node")
    with app.replace_connector(app.connector.get_worker_connector()) as worker_app:
        worker_app.run_worker(
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
