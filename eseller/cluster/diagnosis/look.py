"""Look at a cluster for some seconds: sessions several times a second, statements before and after, nodes, pulse."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable
from typing import Any

import psycopg

from eseller.cluster.diagnosis.symptoms import Session, Statement, Symptoms
from eseller.cluster.gather import Sources, gather
from eseller.cluster.pulse import Pulse

SECONDS = 6.0
EVERY_SECONDS = 0.25
CONNECT_SECONDS = 2
_SESSIONS = """
SELECT pid, application_name, coalesce(query_id, 0), left(query, 300),
    CASE WHEN wait_event IS NULL THEN '' ELSE wait_event_type || ':' || wait_event END,
    coalesce(extract(epoch FROM clock_timestamp() - query_start), 0)::float8,
    CASE WHEN wait_event_type = 'Lock' THEN pg_blocking_pids(pid) ELSE '{}' END, state LIKE 'idle in transaction%%'
FROM pg_stat_activity
WHERE backend_type = 'client backend' AND state <> 'idle' AND application_name NOT LIKE 'eseller %%'
"""
_STATEMENTS = """
SELECT queryid, min(left(query, 300)), sum(calls)::bigint, sum(total_exec_time)::float8
FROM pg_stat_statements WHERE queryid IS NOT NULL GROUP BY queryid
"""
Counts = dict[int, tuple[str, int, float]]


def look(sources: Sources, *, seconds: float = SECONDS, say: Callable[[str], None] = lambda _: None) -> Symptoms:
    """Look for some seconds.

    Args:
        sources: whom to ask.
        seconds: how long; the whole takes a few more where somebody does not answer.
        say: told what goes on.
    """
    say("asking everybody")
    facts = gather(sources)
    leader = facts.cluster.leader() if facts.cluster else None
    if leader is None:
        return Symptoms(cluster=facts.cluster, witnesses=facts.witnesses, replicas=facts.replicas)
    moments: list[tuple[Session, ...]] = []
    before, after = Counts(), Counts()
    address = sources.at(leader).url

    def sessions() -> None:
        # A connection of its own: the primary may answer this one and hang on another.
        with contextlib.suppress(psycopg.Error), _connect(address) as connection:
            before.update(_statements(connection))
            end = time.monotonic() + seconds
            while time.monotonic() < end:
                moments.append(tuple(_session(row) for row in connection.execute(_SESSIONS)))
                time.sleep(EVERY_SECONDS)
            after.update(_statements(connection))

    thread = threading.Thread(target=sessions, daemon=True, name="sessions")
    thread.start()
    pulse = Pulse()
    began = time.monotonic()
    say("looking at sessions and statements")
    while time.monotonic() - began < seconds:
        beat = pulse.feel(leader.name, sources.at(leader))
        time.sleep(max(0.0, 1.0 - beat.seconds))
    thread.join(CONNECT_SECONDS + 2)
    say("asking everybody again")
    facts = gather(sources)
    return Symptoms(
        cluster=facts.cluster,
        witnesses=facts.witnesses,
        replicas=facts.replicas,
        moments=tuple(moments),
        statements=tuple(_compared(before, after)),
        beats=tuple(pulse.beats),
        seconds=round(time.monotonic() - began, 1),
    )


def _connect(url: str) -> psycopg.Connection[tuple[Any, ...]]:
    return psycopg.connect(
        url, connect_timeout=CONNECT_SECONDS, autocommit=True, application_name="eseller diagnosis",
        options="-c statement_timeout=3s -c lock_timeout=500ms",
    )  # fmt: skip


def _session(row: tuple[Any, ...]) -> Session:
    pid, name, statement, query, waits_for, seconds, blocked_by, idle = row
    return Session(
        pid=pid, name=name, statement=statement, query=query, waits_for=waits_for, seconds=round(seconds, 2),
        blocked_by=tuple(blocked_by), idle_in_transaction=idle,
    )  # fmt: skip


def _statements(connection: psycopg.Connection[tuple[Any, ...]]) -> Counts:
    """Counts of all statements; nothing where the server does not count them."""
    try:
        with connection.transaction():
            connection.execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
        rows = connection.execute(_STATEMENTS).fetchall()
    except (psycopg.errors.UndefinedFile, psycopg.errors.ObjectNotInPrerequisiteState, psycopg.errors.QueryCanceled):
        return {}
    return {number: (query, calls, total) for number, query, calls, total in rows}


def _compared(before: Counts, after: Counts) -> list[Statement]:
    found = []
    for number, (query, calls, total) in after.items():
        _, former_calls, former_total = before.get(number, ("", 0, 0.0))
        if calls > former_calls:
            found.append(
                Statement(
                    statement=number,
                    query=query,
                    calls=calls - former_calls,
                    milliseconds=round((total - former_total) / (calls - former_calls), 3),
                    former=round(former_total / former_calls, 3) if former_calls else 0.0,
                )
            )
    return sorted(found, key=lambda one: one.total, reverse=True)
