"""How a cluster fares, for somebody who is tired: one sentence, the next step, the nodes with the worst first. Pure."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from eseller.cluster.facts import RUNNING, Cluster, Facts, Member, Role, Witness
from eseller.cluster.figures import sickness
from eseller.cluster.gate import Limits

_ROLES = {Role.LEADER: "primary", Role.SYNC_STANDBY: "confirmed", Role.QUORUM_STANDBY: "confirmed"}


class NodeReport(msgspec.Struct, frozen=True, kw_only=True):
    """One node: its role in a word, whether all is well with it, and what is so."""

    name: str
    role: str
    well: bool
    words: str


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """All of it; ``next_step`` is empty where nothing is to be done."""

    well: bool
    sentence: str
    next_step: str
    nodes: tuple[NodeReport, ...]


def report(facts: Facts, limits: Limits = Limits()) -> Report:  # noqa: B008  (frozen)
    """Tell how a cluster fares."""
    cluster = facts.cluster
    if cluster is None:
        why = "Patroni's nodes contradict each other" if facts.disagree else "Patroni does not answer"
        return Report(
            well=False,
            sentence=f"{why}: nobody can tell how the cluster fares.",
            next_step="on each node: systemctl status patroni etcd",
            nodes=(),
        )
    nodes = sorted((_node(facts, member, limits) for member in cluster.members), key=lambda node: node.well)
    sentence, step = _sentence(cluster, nodes)
    return Report(well=not step, sentence=sentence, next_step=step, nodes=tuple(nodes))


def _sentence(cluster: Cluster, nodes: list[NodeReport]) -> tuple[str, str]:
    leader = cluster.leader()
    confirmed = [member.name for member in cluster.members if member.role.is_confirmed]
    if cluster.paused:
        return "Patroni is paused: nothing fails over by itself.", "patronictl resume"
    if leader is None:
        return "There is no primary: nothing can be bought.", "Give Patroni a minute; then read its log."
    if not confirmed:
        return f"{leader.name} is primary; no secondary confirms: nothing can be written.", "Start a secondary."
    sick = [node for node in nodes if not node.well]
    if any(node.name == leader.name for node in sick):
        return f"The primary {leader.name} is sick: {', '.join(confirmed)} could take over.", "eseller cluster check"
    if sick:
        names = ", ".join(node.name for node in sick)
        return f"{leader.name} serves, {', '.join(confirmed)} confirms; {names} is not well.", f"See to {names}."
    return f"All is well: {leader.name} is primary, commits are on {' or '.join(confirmed)} as well.", ""


def _node(facts: Facts, member: Member, limits: Limits) -> NodeReport:
    witness = facts.witnesses.get(member.name, Witness())
    wrong = list(_wrong(member, witness, limits))
    words = "; ".join([*wrong, *_right(member, witness)])
    role = _ROLES.get(member.role, "secondary")
    return NodeReport(name=member.name, role=role, well=not wrong, words=words)


def _wrong(member: Member, witness: Witness, limits: Limits) -> Iterator[str]:
    if member.state not in RUNNING:
        yield f"Patroni says: {member.state}"
    if witness.in_recovery is None:
        yield "PostgreSQL does not answer"
    if witness.damaged_pages:
        yield f"{witness.damaged_pages} damaged pages"
    if witness.scrub and witness.scrub.damaged:
        yield f"damaged: {'; '.join(witness.scrub.damaged)}"
    if witness.paused:
        yield "replay is held back by hand"
    if witness.archiving is False:
        yield "its WAL is not archived: no backup reaches up to now"
    if (witness.unreplayed or 0) > limits.unreplayed:
        yield f"{(witness.unreplayed or 0) / 2**20:,.0f} MB behind in replay"
    if abs(witness.clock_offset or 0) > limits.clock:
        yield f"its clock is {witness.clock_offset:+.1f} s off"
    figures = witness.figures
    if figures is None:
        yield "its agent does not answer"
        return
    if figures.free_disk is not None and figures.free_disk < limits.free_disk:
        yield f"{figures.free_disk:.0%} of the disk is free"
    if words := sickness(figures):
        yield words


def _right(member: Member, witness: Witness) -> Iterator[str]:
    yield f"timeline {member.timeline or 'unknown'}"
    if member.lag:
        yield f"{member.lag / 2**20:,.1f} MB behind"
    figures = witness.figures
    if figures is not None:
        if figures.free_disk is not None and not figures.disk.error:
            yield f"disk {figures.free_disk:.0%} free"
        if figures.disk.seconds is not None:
            yield f"writes in {figures.disk.seconds * 1000:.1f} ms"
        yield f"load {figures.load:.1f} a core"
