"""What the processes of a node follow: rows that change, and with them quarantined rows and snapshots."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from eseller.tenancy.guard.follow import Listener
    from eseller.tenancy.snapshots.keeper import Keeper

log = logging.getLogger(__name__)

TRIED = ("/", "/feeds/google.xml")
"""Pages on which a candidate is tried: what all shoppers see, and prices with VAT."""


Reloads = dict[str, Callable[[], object]]
"""What is kept in memory, and how it is read anew from the database at once."""


def follow_in_web(data: Path, *listeners: Listener) -> Reloads:
    """Let a web process go by the snapshot of the disk, then by what the database tells, from now on.

    Call it when Django is set up; it returns although the database is down.

    Args:
        data: the data directory of the node.
        listeners: hear of each look as well, after the snapshot that may have come with it was taken.
    """
    from django.db import close_old_connections

    from eseller.tenancy import platform_settings
    from eseller.tenancy.guard.follow import Follower
    from eseller.tenancy.snapshots.keeper import Keeper

    keeper = Keeper(data / "snapshots")
    keeper.start()
    platform_settings.tell_listeners()
    follower = Follower(keeper.hear, lambda _seen: platform_settings.tell_listeners(), *listeners)
    try:
        # The disk's may be of yesterday: shoppers wait for a first look, which has deadlines of its own.
        follower.once()
    except Exception as error:
        log.warning("starts without the database: %s", error)
    finally:
        close_old_connections()
    follower.start()
    return _reloads(keeper)


def follow_in_worker(data: Path) -> Reloads:
    """Let a worker do what a web process does, judge rows that change, and compile snapshots.

    Args:
        data: the data directory of the node.
    """
    from eseller.tenancy.guard.follow import Follower
    from eseller.tenancy.guard.watch import judge_changes
    from eseller.tenancy.snapshots.compile import Compiler
    from eseller.tenancy.snapshots.keeper import Keeper
    from eseller.tenancy.snapshots.trial import Trial
    from eseller.tenancy.snapshots.watcher import Watcher

    _write_down_findings(data)
    keeper = Keeper(data / "snapshots")
    keeper.start()
    watcher = Watcher(Compiler(data, Trial(TRIED)))
    Follower(watcher.hear, keeper.hear, judge_changes).start()
    watcher.start()
    return _reloads(keeper)


def _write_down_findings(data: Path) -> None:
    """Journal which rows are kept back and let go, so that an incident's timeline has them without the database."""
    from eseller.node.journal import Journal
    from eseller.tenancy.guard import heard

    journal = Journal(data / "findings.jsonl")

    def write(new: Sequence[Mapping[str, Any]], gone: Sequence[Mapping[str, Any]]) -> None:
        for event, found in (("kept back", new), ("let go", gone)):
            if found:
                rows = [{name: one.get(name) for name in ("id", "table", "row", "shop", "rule")} for one in found[:20]]
                try:
                    journal.write({"event": event, "count": len(found), "rows": rows})
                except OSError as error:
                    # A full disk costs a line of a timeline, and not the guard.
                    log.warning("findings were not written down: %s", error)

    heard.listen(write)


def _reloads(keeper: Keeper) -> Reloads:
    from django.db import connections

    from eseller.tenancy.guard import follow
    from eseller.tenancy.scope import WEB

    return {"quarantine": lambda: follow.reload(connections[WEB], None), "snapshot": keeper.take}
