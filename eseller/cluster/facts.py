"""What is known of a cluster at one moment, from several witnesses. Unknown is a value of its own: None."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Literal

import msgspec

from eseller.cluster.figures import NodeFigures
from eseller.cluster.scrub import Scrub
from eseller.kernel.errors import EsellerError

MOST_BYTES = 256 * 1024
"""Of Patroni's answer; a cluster of three has less than two thousand."""
AGENT_TAG = "eseller_agent"
"""The tag by which a member names its agent, in Patroni's own configuration."""
RUNNING = ("running", "streaming", "in archive recovery")


class Role(StrEnum):
    """What Patroni calls a member (docs, REST API, ``GET /cluster``)."""

    LEADER = "leader"
    STANDBY_LEADER = "standby_leader"
    SYNC_STANDBY = "sync_standby"
    QUORUM_STANDBY = "quorum_standby"
    REPLICA = "replica"
    UNINITIALIZED = "uninitialized"
    DEMOTED = "demoted"

    @property
    def is_confirmed(self) -> bool:
        """Whether each acknowledged commit is on it, or on enough of its kind."""
        return self in (Role.SYNC_STANDBY, Role.QUORUM_STANDBY)


class BadAnswer(EsellerError):
    """What answers for Patroni makes no sense. See whether its address is the right one."""

    code = "cluster_bad_answer"
    retryable = True


class Member(msgspec.Struct, frozen=True):
    """A member as Patroni knows it.

    Attributes:
        name: its name.
        role: its role.
        state: of its PostgreSQL, in Patroni's words.
        timeline: which it is on; None where it does not tell.
        lag: bytes that it is behind; None where nobody knows.
        host: where its PostgreSQL is.
        port: of it.
        agent: address of the node's agent; empty where it names none.
        rest: address of its Patroni; empty where it does not tell.
    """

    name: str
    role: Role
    state: str = ""
    timeline: int | None = None
    lag: int | None = None
    host: str = ""
    port: int = 5432
    agent: str = ""
    rest: str = ""


class Cluster(msgspec.Struct, frozen=True):
    """What Patroni tells.

    Attributes:
        members: all.
        paused: whether it leaves everything as it is.
    """

    members: tuple[Member, ...]
    paused: bool = False

    def leader(self) -> Member | None:
        """Return the leader; None where there is none."""
        return next((member for member in self.members if member.role is Role.LEADER), None)


class Replica(msgspec.Struct, frozen=True, kw_only=True):
    """A secondary as its primary knows it (``pg_stat_replication``).

    Attributes:
        name: its ``application_name``.
        streaming: whether it has all up to now and follows.
        confirmed: whether commits wait for it (``sync_state`` is sync or quorum).
    """

    name: str
    streaming: bool
    confirmed: bool


class Witness(msgspec.Struct, frozen=True, kw_only=True):
    """A node as it sees itself; None where it could not be asked.

    Attributes:
        in_recovery: whether it is a secondary.
        timeline: which it is on.
        unreplayed: bytes that it has received and not yet replayed.
        paused: whether replay is held back by hand.
        damaged_pages: checksum failures that it has counted.
        archiving: whether the archive takes its WAL; None on a secondary, which archives nothing.
        free_disk: share of its data disk that is free, 0 to 1.
        clock_offset: seconds that its clock is ahead of ours, less than the answer took.
        figures: of its machine, by its agent; None where that does not answer.
        scrub: what came of it when all its pages were last read; None where they never were.
    """

    in_recovery: bool | None = None
    timeline: int | None = None
    unreplayed: int | None = None
    paused: bool | None = None
    damaged_pages: int | None = None
    archiving: bool | None = None
    free_disk: float | None = None
    clock_offset: float | None = None
    figures: NodeFigures | None = None
    scrub: Scrub | None = None


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """All of it.

    Attributes:
        cluster: what Patroni tells; None where it is silent, or its nodes contradict each other.
        disagree: whether they do.
        replicas: what the primary tells of its secondaries; None where it is silent, as a sick one may be.
        witnesses: what each node tells of itself, by name.
        backup_age: seconds since the last backup that was restored and checked was taken; None where there is none.
        former: members that Patroni has forgotten, as it does with one whose own Patroni is silent.
    """

    cluster: Cluster | None = None
    disagree: bool = False
    replicas: tuple[Replica, ...] | None = None
    witnesses: dict[str, Witness] = {}
    backup_age: float | None = None
    former: tuple[Member, ...] = ()

    def second_primaries(self) -> tuple[Member, ...]:
        """Return who takes itself for a primary though another one leads, by all words, on a later timeline.

        One whose Patroni is stopped is such: nobody demotes it. It can't acknowledge anything, since no secondary
        follows it; but whoever is connected to it waits in vain.
        """
        leader = self.cluster.leader() if self.cluster else None
        own = self.witnesses.get(leader.name) if leader else None
        if self.cluster is None or own is None or own.in_recovery is not False or own.timeline is None:
            return ()
        return tuple(
            member for member in (*self.cluster.members, *self.former)
            if member is not leader and (node := self.witnesses.get(member.name)) is not None
            and node.in_recovery is False and (node.timeline or own.timeline) < own.timeline
        )  # fmt: skip


class _Told(msgspec.Struct):
    name: str
    role: Role
    state: str = ""
    timeline: int | None = None
    lag: int | Literal["unknown"] | None = None
    host: str = ""
    port: int = 5432
    api_url: str = ""
    tags: dict[str, Any] = {}


class _Cluster(msgspec.Struct):
    members: list[_Told]
    pause: bool = False


def read_cluster(answer: bytes) -> Cluster:
    """Read what Patroni answers to ``GET /cluster``.

    Raises:
        BadAnswer: that is something else.
    """
    if len(answer) > MOST_BYTES:
        raise BadAnswer
    try:
        told = msgspec.json.decode(answer, type=_Cluster)
    except msgspec.MsgspecError as error:
        raise BadAnswer(f"{BadAnswer.__doc__} ({error})") from error
    members = (
        Member(
            one.name,
            one.role,
            one.state,
            one.timeline,
            # A leader is behind nobody, and says nothing of it.
            0 if one.role is Role.LEADER else (one.lag if isinstance(one.lag, int) else None),
            one.host,
            one.port,
            str(one.tags.get(AGENT_TAG, "")),
            one.api_url,
        )
        for one in told.members
    )
    return Cluster(tuple(members), told.pause)
