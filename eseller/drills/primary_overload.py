"""The primary's disk answers late, and the secondaries are held back; another time one shop's statement runs away.

The day of 2016, in minutes: what is sick is named, the gate says no and why, services are stopped, the secondaries
catch up, the gate says yes, the primary is taken out. Orders go on all the time and are counted afterwards.
"""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
import psycopg

from eseller.cluster.local import layout
from eseller.drills.cluster_stage import ClusterStage, cluster_stage, pause_in_orders
from eseller.drills.faults.disks import slow_fsync
from eseller.drills.faults.scene import command
from eseller.drills.measuring import until
from eseller.drills.rehearsal import DemoShop, Say

WARM_SECONDS, AFTER_SECONDS, LOOK_SECONDS = 4.0, 5.0, 4
MOST_DIAGNOSIS, MOST_SHED, MOST_TOTAL, MOST_BACK = 60.0, 10.0, 300.0, 10.0
RUNAWAYS = 4
_HOLD = "DO $$ BEGIN LOOP PERFORM pg_wal_replay_pause(); PERFORM pg_sleep(0.005); END LOOP; END $$"
_RUNAWAY = """
SELECT count(*) FROM catalog_producttext a, catalog_producttext b, catalog_producttext c
WHERE a.title || b.title < c.title || a.title
"""


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What the drill has measured.

    Attributes:
        diagnosis: of the slow disk, in words.
        diagnosed_after_s: from its beginning.
        query_diagnosis: of the runaway statement.
        query_diagnosed_after_s: from its beginning.
        query_shop: the shop that was named for it.
        gate_first: what the gate said while the secondaries were held back.
        gate_reason: why.
        shed: the services that were stopped.
        shed_s: how long that took.
        write_pause_s: the longest time without an order from the fail-over on.
        errors_5xx: answers of 500 and more, and none at all.
        checkouts_failed: purchases for which an order was sent and never acknowledged.
        orders_acknowledged: those that were.
        orders_found: orders in the database afterwards.
        lost: acknowledged and not there.
        total_s: from the first symptom until services were back.
        verdict: ``passed``, or what was not as it must be.
    """

    diagnosis: str
    diagnosed_after_s: float
    query_diagnosis: str
    query_diagnosed_after_s: float
    query_shop: str
    gate_first: str
    gate_reason: str
    shed: tuple[str, ...]
    shed_s: float
    write_pause_s: float
    errors_5xx: int
    checkouts_failed: int
    orders_acknowledged: int
    orders_found: int
    lost: int
    total_s: float
    verdict: str


def run(say: Say) -> Report:
    """Run the drill on a platform and a cluster of its own."""
    with cluster_stage(say) as here:
        say("taking a backup and proving it")
        here.wait_until_well()
        backup = _told(here, "cluster", "backup")
        buyers = here.buyers(buyers=4, pause=0.3)
        with buyers:
            time.sleep(WARM_SECONDS)
            say("a statement of one shop runs away")
            query, query_after = _runaway(here, here.shops[0])
            time.sleep(WARM_SECONDS)
            say("the primary's disk answers late, and the secondaries are held back")
            began = time.monotonic()
            with slow_fsync(here.postgres(here.leader())):
                with _held_back(here, [member.name for member in here.confirmed()]):
                    node, node_after = _until_known(here, began)
                    first = _told(here, "cluster", "check")
                    say("stopping services")
                    stopping = time.monotonic()
                    shed = _told(here, "services", "stop", "--tier", "2", "--why", "the primary is sick")
                    shed_s = round(time.monotonic() - stopping, 2)
                until(lambda: bool(_told(here, "cluster", "check").get("safe")), most=60)
                say("failing over")
                failing = time.monotonic()
                outcome = _told(here, "cluster", "failover")
            _told(here, "services", "start", "--all")
            total = round(time.monotonic() - began, 1)
            time.sleep(AFTER_SECONDS)
            pause = pause_in_orders(buyers, failing)
        here.wait_until_well()
        ledger = here.ledger(buyers)
    against = [reason for reason in first.get("reasons", []) if not reason["holds"]]
    stopped = tuple(sorted({name for told in shed.values() for name in told["stopped"]}))
    failed = buyers.failed()
    wrong = [
        "" if backup.get("good") else f"the backup is not good: {backup.get('why')}",
        "" if node.get("verdict") == "sick node" and node.get("resource") == "disk" else f"the slow disk was {node}",
        "" if node_after <= MOST_DIAGNOSIS else f"the slow disk was named after {node_after} s",
        "" if query.get("verdict") == "sick query" else f"the runaway statement was {query}",
        "" if query.get("shop") == f"shop-{here.shops[0].id}" else f"the shop named was {query.get('shop')}",
        "" if query_after <= MOST_DIAGNOSIS else f"the statement was named after {query_after} s",
        "the gate said yes to secondaries that were held back" if first.get("safe") else "",
        "" if stopped else "no service was stopped",
        "" if shed_s <= MOST_SHED else f"stopping services took {shed_s} s",
        "" if outcome.get("done") else f"the fail-over was not done: {outcome.get('why')}",
        "" if ledger.is_right else f"orders: {ledger}",
        "" if pause <= MOST_BACK else f"{pause} s without an order",
        "" if total <= MOST_TOTAL else f"{total} s in all",
        f"buyers were told: {buyers.complaints[0]}" if buyers.complaints else "",
    ]
    return Report(
        diagnosis=str(node.get("sentence", "")),
        diagnosed_after_s=node_after,
        query_diagnosis=str(query.get("sentence", "")),
        query_diagnosed_after_s=query_after,
        query_shop=str(query.get("shop", "")),
        gate_first="yes" if first.get("safe") else "no",
        gate_reason=" ".join(reason["words"] for reason in against),
        shed=stopped,
        shed_s=shed_s,
        write_pause_s=pause,
        errors_5xx=len(failed),
        checkouts_failed=ledger.attempted - ledger.acknowledged,
        orders_acknowledged=ledger.acknowledged,
        orders_found=ledger.found,
        lost=ledger.lost,
        total_s=total,
        verdict="; ".join(filter(None, wrong)) or "passed",
    )


def _told(here: ClusterStage, *arguments: str) -> dict[str, Any]:
    """Run a command and return the object that it prints; nothing where it prints none."""
    done = command(here, *arguments, "--json")
    try:
        told: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        return {"why": f"{done.stdout} {done.stderr}".strip()[-500:]}
    return told


def _until_known(here: ClusterStage, began: float) -> tuple[dict[str, Any], float]:
    """Diagnose again and again until something is named; returns it, and after how many seconds."""
    while True:
        found = _told(here, "cluster", "diagnose", "--seconds", str(LOOK_SECONDS))
        after = round(time.monotonic() - began, 1)
        if found.get("verdict") in ("sick node", "sick query") or after > MOST_DIAGNOSIS:
            return found, after


@contextlib.contextmanager
def _held_back(here: ClusterStage, names: Sequence[str]) -> Iterator[None]:
    """Keep secondaries from replaying for as long as the block runs, against Patroni, which lets them go on."""
    with contextlib.ExitStack() as stack:
        for name in names:
            address = here.cluster.admin_at(here.cluster.node(name)).url
            connection = stack.enter_context(contextlib.closing(psycopg.connect(address, autocommit=True)))
            threading.Thread(target=_held, args=(connection,), daemon=True).start()
            pid = connection.info.backend_pid
            stack.callback(here.do, "SELECT pg_wal_replay_resume()", at=name)
            stack.callback(here.do, "SELECT pg_terminate_backend(%s, 2000)", [pid], at=name)
        yield


def _held(connection: psycopg.Connection[Any]) -> None:
    with contextlib.suppress(psycopg.Error):
        connection.execute(_HOLD)


def _runaway(here: ClusterStage, shop: DemoShop) -> tuple[dict[str, Any], float]:
    with _running_away(here, shop):
        return _until_known(here, time.monotonic())


@contextlib.contextmanager
def _running_away(here: ClusterStage, shop: DemoShop) -> Iterator[None]:
    """Have several sessions of a shop run a statement without an end, for as long as the block runs."""
    address = here.cluster.admin(database=layout.NAME).url
    connections = [
        psycopg.connect(address, autocommit=True, application_name=f"shop-{shop.id}/search") for _ in range(RUNAWAYS)
    ]

    def run_away(connection: psycopg.Connection[Any]) -> None:
        with contextlib.suppress(psycopg.Error):
            while True:
                connection.execute(_RUNAWAY)

    threads = [threading.Thread(target=run_away, args=(one,), daemon=True) for one in connections]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        for connection in connections:
            here.do("SELECT pg_terminate_backend(%s)", [connection.info.backend_pid])
        for thread in threads:
            thread.join(10)
