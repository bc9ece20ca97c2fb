"""Ask all witnesses of a cluster at once, and wait for none of them longer than the gate may take."""

from __future__ import annotations

import contextlib
import http.client
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import msgspec
import psycopg

from eseller.cluster.address import MAINTENANCE_DATABASE, DatabaseAddress
from eseller.cluster.facts import BadAnswer, Cluster, Facts, Member, Replica, Witness, read_cluster
from eseller.cluster.figures import NodeFigures
from eseller.cluster.patroni import Endpoint, Patroni
from eseller.cluster.scrub import Scrub

T = TypeVar("T")

PATRONI_SECONDS = 0.35
NODES_SECONDS = 0.5
_SELF = """
SELECT pg_is_in_recovery(),
    CASE WHEN pg_is_in_recovery()
        THEN (SELECT coalesce(
            (SELECT received_tli FROM pg_stat_wal_receiver), timeline_id) FROM pg_control_checkpoint())
        ELSE ('x' || substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8))::bit(32)::int END,
    CASE WHEN pg_is_in_recovery() THEN pg_wal_lsn_diff(
        coalesce(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn()), pg_last_wal_replay_lsn())::bigint END,
    CASE WHEN pg_is_in_recovery() THEN pg_is_wal_replay_paused() END,
    (SELECT coalesce(sum(checksum_failures), 0)::bigint FROM pg_stat_database),
    (SELECT coalesce(last_archived_time >= last_failed_time, last_failed_time IS NULL)
        FROM pg_stat_archiver WHERE NOT pg_is_in_recovery()),
    extract(epoch FROM clock_timestamp())::float8
"""
_REPLICAS = """
SELECT application_name, state = 'streaming', sync_state IN ('sync', 'quorum') FROM pg_stat_replication
"""


@dataclass(frozen=True)
class Sources:
    """Whom to ask.

    Attributes:
        patroni: On all nodes.
        admin: The administrator's login; at which node does not matter.
        backup_age: Tells how many seconds old the last verified backup is; None where there is none.
        scrubs: Tells what came of each node when all its pages were last read.
    """

    patroni: Patroni
    admin: DatabaseAddress
    backup_age: Callable[[], float | None]
    scrubs: Callable[[], Mapping[str, Scrub]] = dict

    def at(self, member: Member, *, database: str = MAINTENANCE_DATABASE) -> DatabaseAddress:
        """The administrator's login at one member, whatever it is."""
        params = tuple((name, value) for name, value in self.admin.params if name != "target_session_attrs")
        return replace(self.admin, host=member.host, port=str(member.port), name=database, params=params)


def gather(sources: Sources, known: Iterable[Member] = ()) -> Facts:
    """Ask everybody; takes at most `PATRONI_SECONDS` and `NODES_SECONDS`, and what does not answer stays unknown.

    Args:
        sources: whom to ask.
        known: members that were there before; those that Patroni knows no more are asked as well.
    """
    cluster, disagree = ask_patroni(sources.patroni)
    if cluster is None:
        return Facts(disagree=disagree, backup_age=sources.backup_age())
    leader = cluster.leader()
    names = {member.name for member in cluster.members}
    former = tuple(member for member in known if member.name not in names)
    everybody = (*cluster.members, *former)
    work: dict[str, Callable[[], Any]] = {"backup": sources.backup_age}
    for member in everybody:
        work[f"sql {member.name}"] = _bound(_witness, sources.at(member))
        work[f"agent {member.name}"] = _bound(figures_of, member)
    if leader is not None:
        work["replicas"] = _bound(_replicas, sources.at(leader))
    found = at_once(work, NODES_SECONDS)
    scrubs = sources.scrubs()
    witnesses = {
        member.name: _joined(
            found.get(f"sql {member.name}"), found.get(f"agent {member.name}"), scrubs.get(member.name)
        )
        for member in everybody
    }
    return Facts(
        cluster=cluster,
        former=former,
        replicas=found.get("replicas"),
        witnesses=witnesses,
        backup_age=found.get("backup"),
    )


def at_once(work: Mapping[str, Callable[[], T]], seconds: float) -> dict[str, T]:
    """Do several things in threads of their own and return what came of those that ended well in time.

    A thread that hangs is left behind: what it asks has limits of its own.
    """
    found: dict[str, T] = {}

    def run(name: str, one: Callable[[], T]) -> None:
        with contextlib.suppress(
            psycopg.Error, OSError, http.client.HTTPException, msgspec.MsgspecError, BadAnswer, ValueError
        ):
            found[name] = one()

    threads = [threading.Thread(target=run, args=item, daemon=True, name="witness") for item in work.items()]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + seconds
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))
    return dict(found)


def _bound(function: Callable[..., T], *values: Any) -> Callable[[], T]:
    return lambda: function(*values)


def ask_patroni(patroni: Patroni) -> tuple[Cluster | None, bool]:
    """Return what Patroni's nodes tell, where they agree on who leads and whom commits wait for.

    Returns:
        The cluster, None where nobody answers or they contradict each other; and whether they do.
    """

    def ask(endpoint: Endpoint) -> Cluster:
        status, body = endpoint.ask("GET", "/cluster", seconds=PATRONI_SECONDS)
        if status != 200:
            raise BadAnswer
        return read_cluster(body)

    work = {f"{one.host}:{one.port}": _bound(ask, one) for one in patroni.endpoints}
    told = list(at_once(work, PATRONI_SECONDS).values())
    views = {frozenset((member.name, member.role) for member in cluster.members) for cluster in told}
    if len(views) > 1:
        return None, True
    return (told[0] if told else None), False


def _connect(address: DatabaseAddress) -> psycopg.Connection[tuple[Any, ...]]:
    # Nothing of this may hang for long behind, though nobody waits for it any more.
    limits = "-c statement_timeout=2s -c lock_timeout=500ms"
    return psycopg.connect(
        address.url, connect_timeout=2, autocommit=True, application_name="eseller gate", options=limits
    )


def _witness(address: DatabaseAddress) -> Witness:
    began = time.time()
    with _connect(address) as connection:
        row = connection.execute(_SELF).fetchone()
    if row is None:
        raise ValueError("no row")
    recovery, timeline, unreplayed, paused, damaged, archiving, now = row
    # Its clock was read between our two readings; only what lies outside is surely an offset.
    ended = time.time()
    offset = now - began if now < began else max(0.0, now - ended)
    return Witness(
        in_recovery=recovery,
        timeline=timeline,
        unreplayed=unreplayed,
        paused=paused,
        damaged_pages=damaged,
        archiving=archiving,
        clock_offset=offset,
    )


def _replicas(address: DatabaseAddress) -> tuple[Replica, ...]:
    with _connect(address) as connection:
        rows = connection.execute(_REPLICAS).fetchall()
    return tuple(Replica(name=name, streaming=streaming, confirmed=confirmed) for name, streaming, confirmed in rows)


def figures_of(member: Member) -> NodeFigures:
    """Return what a node's agent tells of its machine.

    Raises:
        OSError, http.client.HTTPException, msgspec.MsgspecError, ValueError: it tells nothing that makes sense.
    """
    if not member.agent:
        raise ValueError("no agent")
    status, body = Endpoint.parse(member.agent).ask("GET", "/node", seconds=NODES_SECONDS)
    if status != 200:
        raise ValueError("the agent does not tell")
    return msgspec.json.decode(body, type=NodeFigures)


def _joined(witness: Witness | None, figures: NodeFigures | None, scrub: Scrub | None) -> Witness:
    known = witness or Witness()
    free = figures.free_disk if figures else None
    return msgspec.structs.replace(known, figures=figures, free_disk=free, scrub=scrub)
