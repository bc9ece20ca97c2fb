"""A worker whose times are short, so that a test need not wait for minutes: it is missed after a second."""

import os
from datetime import timedelta

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "eseller.config.settings")

import django

django.setup()

from eseller.config.environment import environment  # noqa: E402
from eseller.node import housekeeping, worker  # noqa: E402
from eseller.services import sending  # noqa: E402

CLAIM_SECONDS = 4

if __name__ == "__main__":
    sending.CLAIM = timedelta(seconds=CLAIM_SECONDS)
    housekeeping.STALLED_SECONDS = 1
    # It does jobs and no more: a snapshot that it left would be stale for the tests that follow.
    worker.follow_in_worker = lambda _data: {}  # type: ignore[attr-defined,assignment]
    worker.POLL_SECONDS = worker.HEARTBEAT_SECONDS = 0.1  # type: ignore[assignment]
    worker.work(environment())
