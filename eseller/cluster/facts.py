"""What is known of a cluster at one moment, from several witnesses. Unknown is a value of its own: None."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

import msgspec

from eseller.kernel.errors import EsellerError

MOST_BYTES = 256 * 1024
"""Of Patroni's answer; a cluster of three has less than two thousand."""
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
    """

    name: str
    role: Role
    state: str = ""
    timeline: int | None = None
    lag: int | None = None


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
        free_disk: share of its data disk that is free, 0 to 1.
        clock_offset: seconds that its clock is ahead of ours, less than the answer took.
    """

    in_recovery: bool | None = None
    timeline: int | None = None
    unreplayed: int | None = None
    paused: bool | None = None
    damaged_pages: int | None = None
    free_disk: float | None = None
    clock_offset: float | None = None


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """All of it.

    Attributes:
        cluster: what Patroni tells; None where it is silent.
        replicas: what the primary tells of its secondaries; None where it is silent, as a sick one may be.
        witnesses: what each node tells of itself, by name.
        backup_age: seconds since the last backup that was restored and checked was taken; None where there is none.
    """

    cluster: Cluster | None = None
    replicas: tuple[Replica, ...] | None = None
    witnesses: dict[str, Witness] = {}
    backup_age: float | None = None


class _Told(msgspec.Struct):
    name: str
    role: Role
    state: str = ""
    timeline: int | None = None
    lag: int | Literal["unknown"] | None = None


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
        )
        for one in told.members
    )
    return Cluster(tuple(members), told.pause)
