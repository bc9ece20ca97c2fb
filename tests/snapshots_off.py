"""Take snapshots away: without one, and a worker that follows, shops are looked up in the database, as tests expect."""

import shutil

from django.conf import settings
from django.db import connections

from eseller.tenancy.scope import PLATFORM, platform_transaction
from eseller.tenancy.snapshots import active


def forget_snapshots() -> None:
    """Delete all snapshots of the database, of the disk and of this process."""
    active.put(None)
    with platform_transaction(actor="test"), connections[PLATFORM].cursor() as cursor:
        cursor.execute("DELETE FROM tenancy_snapshot")
        cursor.execute("DELETE FROM tenancy_snapshotpart")
    shutil.rmtree(settings.DATA_DIR / "snapshots", ignore_errors=True)
