"""A connection that knows since when it waits, when a commit was not confirmed, and when its primary is a former one.

A primary that stood still while another one was promoted takes itself for one when it goes on, until somebody demotes
it. It can confirm nothing, but it would show what was so before: an empty cart, a price of yesterday. Each promotion
begins a timeline of its own, so a node that has seen a later one does not go back; and a primary that has no secondary
any more is believed only after the other servers were asked.
"""

import contextlib
import time
from pathlib import Path
from typing import Any, ClassVar, Self, TypeVar

import psycopg
from psycopg import errors
from psycopg.abc import PQGen
from psycopg.conninfo import conninfo_to_dict
from psycopg.errors import Diagnostic

from eseller.tenancy.timelines import Newest, Seen

T = TypeVar("T")

IDLE_SECONDS = 3.0
"""A connection that was not used for so long is looked at again: its server may have stood still."""
ASK_SECONDS = 5.0
"""So often at most a process asks the other servers."""
_LOGIN = ("user", "password", "dbname", "sslmode")
_STANDING = """
SELECT (pg_control_system()).system_identifier, ('x' || substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8))
    ::bit(32)::int, EXISTS (SELECT FROM pg_stat_replication)
"""


class Stale(psycopg.OperationalError):
    """The server is a primary of former times, or will soon be none."""


_newest = Newest()


def share(path: Path) -> None:
    """Know what all processes of this node have seen, by a file, from now on."""
    global _newest
    _newest = Newest(path)


class TellingConnection(psycopg.Connection[Any]):
    """Tells what psycopg's own does not.

    Attributes:
        unconfirmed: whether the server gave up waiting for its secondary. PostgreSQL then reports success, with a
            warning: what was committed is on the primary alone (src/backend/replication/syncrep.c,
            ``SyncRepWaitForLSN``).
        waiting_since: since when the present statement is waited for, by the monotonic clock; None between two.
        seen: the timeline of its server; None where that is no primary.
    """

    _asked_at: ClassVar[float] = float("-inf")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.unconfirmed = False
        self.waiting_since: float | None = None
        self.used_at = time.monotonic()
        self.seen: Seen | None = None
        self._others: tuple[dict[str, Any], ...] = ()
        self.add_notice_handler(self._hear)

    @classmethod
    def connect(cls, conninfo: str = "", **kwargs: Any) -> Self:
        """Connect to a primary that is none of former times; where several servers are named, to the one that is.

        Raises:
            Stale: there is none but of former times; a moment later it may be demoted.
        """
        servers = _servers(conninfo, kwargs)
        left = list(servers)
        while True:
            where = {"host": ",".join(host for host, _ in left), "port": ",".join(port for _, port in left)}
            connection = super().connect(conninfo, **(kwargs | where if left else kwargs))
            mine = (connection.info.host, str(connection.info.port))
            login: dict[str, Any] = {name: kwargs[name] for name in _LOGIN if name in kwargs}
            connection._others = tuple(
                {"conninfo": conninfo, **login, "host": host, "port": port}
                for host, port in servers if (host, port) != mine
            )  # fmt: skip
            try:
                connection.settle()
                require_current(connection)
            except Stale:
                connection.close()
                left = [one for one in left if one != mine]
                if not left:
                    raise
            except BaseException:
                connection.close()
                raise
            else:
                return connection

    def settle(self) -> None:
        """Find out which timeline the server is on, and note it; a primary that is alone is not believed by itself."""
        try:
            row = self.execute(_STANDING).fetchone()
        except errors.ObjectNotInPrerequisiteState:
            row = None  # a secondary
        if not self.autocommit:
            self.rollback()
        self.seen = None if row is None else Seen(int(row[0]), int(row[1]))
        if self.seen is not None:
            _newest.note(self.seen)
        is_alone = row is not None and not row[2]
        if is_alone and self._others and time.monotonic() - TellingConnection._asked_at > ASK_SECONDS:
            self._ask_others()

    def _ask_others(self) -> None:
        """Note which timelines the other servers are on, where one of them is a primary."""
        # For all connections of this process: where servers are away, each one asked takes seconds to say nothing.
        TellingConnection._asked_at = time.monotonic()
        for other in self._others:
            wish = other | {"target_session_attrs": "read-write", "connect_timeout": 2, "tcp_user_timeout": 2000}
            with contextlib.suppress(psycopg.Error), psycopg.connect(**wish, autocommit=True) as asked:
                if (row := asked.execute(_STANDING).fetchone()) is not None:
                    _newest.note(Seen(int(row[0]), int(row[1])))

    def wait(self, gen: PQGen[T], *args: Any, **kwargs: Any) -> T:
        """Wait for what the server says to the present statement."""
        self.waiting_since = time.monotonic()
        try:
            return super().wait(gen, *args, **kwargs)
        finally:
            self.waiting_since = None
            self.used_at = time.monotonic()

    def _hear(self, notice: Diagnostic) -> None:
        if notice.source_function == "SyncRepWaitForLSN":
            self.unconfirmed = True


def require_current(connection: object) -> None:
    """Make sure that no later primary was seen since a connection was made; one that stood idle is asked again.

    Raises:
        Stale: one was; the connection is closed.
    """
    if not isinstance(connection, TellingConnection) or connection.seen is None:
        return
    if connection._others and time.monotonic() - connection.used_at > IDLE_SECONDS:
        connection.settle()
    seen = connection.seen
    if seen is not None and _newest.is_former(seen):
        connection.close()
        raise Stale(f"the server is on timeline {seen.timeline}, and there was one on {_newest.latest().timeline}")


def _servers(conninfo: str, given: dict[str, Any]) -> list[tuple[str, str]]:
    """The servers that are named, host and port, where there are several; else none."""
    told = conninfo_to_dict(conninfo) | given
    hosts = str(told.get("host") or "").split(",")
    ports = str(told.get("port") or "5432").split(",")
    ports = ports * len(hosts) if len(ports) == 1 else ports
    return list(zip(hosts, ports, strict=False)) if len(hosts) > 1 else []
