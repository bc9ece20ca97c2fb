"""Processes and nodes that die, or stop."""

from __future__ import annotations

import itertools
import signal
import time
from collections.abc import Iterator

from eseller.drills.cluster_stage import send
from eseller.drills.faults.scene import AFTER_SECONDS, Scene, against, command, found_after, processes, watching
from eseller.drills.measuring import until

OUTAGE_SECONDS = 60.0
FORMER_SECONDS = 12.0


def killed_postmaster(scene: Scene) -> Iterator[str]:
    """SIGKILL of the primary's postmaster."""
    former = scene.here.leader()
    send(signal.SIGKILL, scene.here.postgres(former)[:1])
    yield "" if scene.orders_again(30) < 30 else "nothing could be ordered any more"


def dead_node(scene: Scene) -> Iterator[str]:
    """All of the primary's node dies at once."""
    former = scene.here.leader()
    scene.here.kill_node(former)
    try:
        yield "" if scene.orders_again(60) < 60 else "nothing could be ordered any more"
    finally:
        scene.here.let_back(former)


def stopped_postmaster(scene: Scene) -> Iterator[str]:
    """SIGSTOP of the primary's postmaster: old connections go on, new ones hang; the watch takes it out."""
    former = scene.here.leader()
    with watching(scene.here):
        began = time.time()
        stopped = scene.here.postgres(former)[:1]
        send(signal.SIGSTOP, stopped)
        back = until(lambda: scene.here.leader() not in ("", former), most=60)
        send(signal.SIGCONT, stopped)
        scene.found = found_after(scene.here, began)
        yield "" if back < 60 else "the stopped primary was not taken out"


def stopped_node(scene: Scene) -> Iterator[str]:
    """All of the primary's node stops for a minute and comes back: it may not go on as a primary."""
    former = scene.here.leader()
    stopped = [*scene.here.patroni(former), *scene.here.postgres(former)]
    send(signal.SIGSTOP, stopped)
    try:
        yield "" if scene.orders_again(60) < 60 else "nothing could be ordered any more"
        time.sleep(max(0.0, 60 - (time.monotonic() - scene.began)))
    finally:
        send(signal.SIGCONT, stopped)
    time.sleep(AFTER_SECONDS)
    primaries = [
        member.name for member in scene.here.known().members
        if (witness := scene.here.facts().witnesses.get(member.name)) and witness.in_recovery is False
    ]  # fmt: skip
    yield "" if len(primaries) == 1 else f"primaries are {primaries}"


def former_primary(scene: Scene) -> Iterator[str]:
    """A primary that stood still goes on as one, its Patroni does not, and nobody watches: nobody goes back to it."""
    former = scene.here.leader()
    patroni, postgres = scene.here.patroni(former), scene.here.postgres(former)
    send(signal.SIGSTOP, [*patroni, *postgres])
    try:
        yield "" if scene.orders_again(60) < 60 else "nothing could be ordered any more"
        send(signal.SIGCONT, postgres)
        since = time.monotonic()
        orders = scene.orders_in(FORMER_SECONDS)
        is_primary = scene.here.do("SELECT pg_is_in_recovery()", at=former) == [(False,)]
        yield "" if is_primary else f"{former} was demoted by somebody: this proves nothing"
        yield "" if orders > FORMER_SECONDS else f"{orders} orders in {FORMER_SECONDS:.0f} s beside it"
        failed = [one for one in scene.buyers.failed() if one.asked_at > since]
        scene.told |= {"orders_beside": orders, "failed_beside": len(failed)}
        yield f"{len(failed)} requests failed beside it" if failed else ""
    finally:
        send(signal.SIGCONT, [*patroni, *postgres])
    yield "" if scene.orders_again(60) < 60 else "nothing could be ordered any more"


def stopped_patroni(scene: Scene) -> Iterator[str]:
    """The primary's Patroni alone stops: another one takes over, and the former, which nobody demotes, is taken out."""
    former = scene.here.leader()
    stopped = scene.here.patroni(former)
    with watching(scene.here):
        scene.began = time.monotonic()
        send(signal.SIGSTOP, stopped)
        try:
            moved = until(lambda: scene.here.leader() not in ("", former), most=60)
            yield "" if moved < 60 else "no other one took over"
            yield "" if scene.orders_again(90) < 90 else "nothing could be ordered any more"
            gone = until(lambda: not scene.here.postgres(former), most=20)
            yield "" if gone < 20 else f"{former} still runs as a primary"
        finally:
            send(signal.SIGCONT, stopped)


def dead_secondary(scene: Scene) -> Iterator[str]:
    """A secondary dies: the other one confirms."""
    victim = scene.here.confirmed()[0].name
    scene.here.kill_node(victim)
    time.sleep(8)
    scene.here.let_back(victim)
    yield ""


def lost_secondaries(scene: Scene) -> Iterator[str]:
    """All secondaries die: nothing is acknowledged, pages are there, orders are refused soon, and it goes on."""
    victims = [member.name for member in scene.here.known().members if member.name != scene.here.leader()]
    for victim in victims:
        scene.here.kill_node(victim)
    try:
        # What was confirmed before is told of a moment later.
        time.sleep(2)
        told = command(scene.here, "cluster", "status")
        yield "" if "no secondary confirms" in told.stdout else f"the status does not say why: {told.stdout[:300]}"
        gate = scene.gate()
        yield "the gate lets the primary go" if gate.safe else ""
        # Until it is known that no commit ends, those that wait for one may take all places that uncached pages need.
        early, slowest, _ = _visit(scene, seconds=10.0)
        status, pages, refusals = _visit(scene, seconds=15.0)
        scene.told |= {"early_page": early, "early_page_s": slowest, "page_s": pages, "refusal_s": refusals}
        yield "" if status == 200 else f"a page was answered with {status}"
        yield "" if pages < 3 else f"a page took {pages} s"
        yield "" if refusals < 7 else f"who ordered waited {refusals} s"
        yield "" if scene.orders_in(1.0) == 0 else "an order was acknowledged that is on one node alone"
    finally:
        for victim in victims:
            scene.here.let_back(victim)
    yield "" if scene.orders_again(90) < 90 else "nothing could be ordered any more"


def _visit(scene: Scene, *, seconds: float) -> tuple[int, float, float]:
    """The worst status and time of pages in some seconds, and the slowest refusal of an order that was sent then."""
    since = time.monotonic()
    end = since + seconds
    slowest, worst = 0.0, 200
    shop = scene.here.shops[0]
    for path in itertools.cycle(visit.path for visit in shop.visits()):
        status, took = scene.here.page(shop.host, path)
        slowest, worst = max(slowest, took), worst if status == 200 else status
        if time.monotonic() > end:
            break
        time.sleep(0.2)
    refused = [one for one in scene.buyers.failed() if one.asked_at > since and one.visit.path == "/checkout"]
    return worst, round(slowest, 2), round(max((one.seconds for one in refused), default=0.0), 2)


def out_of_sync(scene: Scene) -> Iterator[str]:
    """A secondary is not in sync when the others die: it is not promoted, and the gate says why."""
    late = scene.here.confirmed()[-1].name
    others = [member.name for member in scene.here.known().members if member.name != late]
    scene.here.kill_node(late)
    forgotten = until(lambda: late not in [member.name for member in scene.here.confirmed()], most=40)
    yield "" if forgotten < 40 else f"commits still wait for {late}"
    time.sleep(2)
    for other in others:
        scene.here.kill_node(other)
    scene.here.let_back(late)
    try:
        time.sleep(25)
        promoted = scene.here.leader()
        yield f"{promoted} was promoted without what was acknowledged" if promoted else ""
        gate = scene.gate(late)
        yield "the gate says yes" if gate.safe else ""
        yield "" if "There is no primary" in against(gate) else f"the gate does not say why: {against(gate)}"
    finally:
        for other in others:
            scene.here.let_back(other)
    yield "" if scene.orders_again(90) < 90 else "nothing could be ordered any more"


def lost_lock_service(scene: Scene) -> Iterator[str]:
    """The lock service stops for 40 s: the primary that all know goes on."""
    mine = processes("--name=etcd", str(scene.here.data_dir))
    send(signal.SIGSTOP, mine)
    try:
        time.sleep(40)
    finally:
        send(signal.SIGCONT, mine)
    yield "" if mine else "no lock service was found"


def outage(scene: Scene) -> Iterator[str]:
    """All nodes stop for a minute while many wait and ask again: what comes back stays."""
    members = [member.name for member in scene.here.known().members]
    stopped = [pid for name in members for pid in (*scene.here.patroni(name), *scene.here.postgres(name))]
    with scene.here.buyers(buyers=24, pause=0.02, patience=120) as storm:
        scene.everybody.insert(0, storm)
        time.sleep(1)
        scene.began = time.monotonic()
        send(signal.SIGSTOP, stopped)
        try:
            time.sleep(OUTAGE_SECONDS)
        finally:
            send(signal.SIGCONT, stopped)
        returned = time.monotonic()
        back = scene.orders_again(120) - (returned - scene.began)
        scene.told["back_s"] = round(back, 2)
        yield "" if back < 45 else f"it took {back:.0f} s until somebody could order again"
        time.sleep(10)
        later = time.monotonic()
        count = scene.orders_in(12)
        yield "" if count > 12 else f"{count} orders in 12 s after the outage"
        failed = [one for some in (storm, scene.buyers) for one in some.failed() if one.asked_at > later]
        scene.told["failed_afterwards"] = len(failed)
        yield f"{len(failed)} requests failed after the outage" if failed else ""
