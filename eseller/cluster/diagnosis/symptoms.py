"""What a diagnosis goes by. Unknown is None, or empty."""

from __future__ import annotations

import msgspec

from eseller.cluster.facts import Cluster, Replica, Witness
from eseller.cluster.pulse import Beat


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """A session that is at work, at one moment (``pg_stat_activity``).

    Attributes:
        pid: its process.
        name: its ``application_name``, which carries shop and route: ``shop-7/checkout``.
        statement: PostgreSQL's number of the statement, without its values; 0: not told.
        query: its beginning.
        waits_for: type and event, such as ``IO:WalSync``; empty: it computes.
        seconds: since the statement began.
        blocked_by: processes whose locks it waits for.
        idle_in_transaction: whether it holds a transaction open and does nothing.
    """

    pid: int
    name: str = ""
    statement: int = 0
    query: str = ""
    waits_for: str = ""
    seconds: float = 0.0
    blocked_by: tuple[int, ...] = ()
    idle_in_transaction: bool = False

    @property
    def shop(self) -> str:
        """The shop it works for, such as ``shop-7``; empty: none."""
        shop = self.name.partition("/")[0]
        return shop if shop.startswith("shop-") else ""

    @property
    def route(self) -> str:
        """What it does there, such as ``checkout``."""
        return self.name.partition("/")[2]


class Statement(msgspec.Struct, frozen=True, kw_only=True):
    """A statement during the look, beside its own history (``pg_stat_statements``).

    Attributes:
        statement: PostgreSQL's number.
        query: its beginning.
        calls: in the look.
        milliseconds: that one of them took on average.
        former: that one took on average before; 0: it had no calls.
    """

    statement: int
    query: str
    calls: int
    milliseconds: float
    former: float

    @property
    def total(self) -> float:
        """Milliseconds of all its calls in the look."""
        return self.calls * self.milliseconds


class Symptoms(msgspec.Struct, frozen=True, kw_only=True):
    """All of it.

    Attributes:
        cluster: by Patroni's word.
        witnesses: of each node.
        replicas: as the primary tells.
        moments: sessions at work on the primary, again and again.
        statements: those that ran.
        beats: of the primary's pulse.
        seconds: that the look took.
    """

    cluster: Cluster | None = None
    witnesses: dict[str, Witness] = {}
    replicas: tuple[Replica, ...] | None = None
    moments: tuple[tuple[Session, ...], ...] = ()
    statements: tuple[Statement, ...] = ()
    beats: tuple[Beat, ...] = ()
    seconds: float = 0.0
