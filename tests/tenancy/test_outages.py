"""A request outlasts a database that is away, and repeats nothing that could do harm."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import InternalError, OperationalError
from psycopg import errors
from psycopg.conninfo import conninfo_to_dict
from psycopg_pool import PoolTimeout

from eseller.cluster.embedded import EmbeddedPostgres, temporary
from eseller.tenancy import connection as telling
from eseller.tenancy import outages
from eseller.tenancy.connection import Stale, TellingConnection, require_current
from eseller.tenancy.deadlines import Watch
from eseller.tenancy.faults import retrying
from eseller.tenancy.outages import Unconfirmed, attempt_token, committed, committing, is_away, outlast
from eseller.tenancy.timelines import Newest, Seen


def wrapped(cause: BaseException) -> OperationalError:
    error = OperationalError(str(cause))
    error.__cause__ = cause
    return error


def internal(cause: BaseException) -> InternalError:
    """As Django wraps what PostgreSQL says of the state of a transaction."""
    error = InternalError(str(cause))
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "away"),
    [
        (wrapped(errors.AdminShutdown()), True),
        (wrapped(errors.CannotConnectNow()), True),
        (wrapped(errors.ReadOnlySqlTransaction()), True),
        (wrapped(PoolTimeout()), True),
        (wrapped(psycopg.OperationalError("server closed the connection unexpectedly")), True),
        (psycopg.OperationalError("connection refused"), True),
        (Unconfirmed(), True),
        (internal(errors.ReadOnlySqlTransaction()), True),
        (internal(errors.IdleInTransactionSessionTimeout()), True),
        (internal(errors.InFailedSqlTransaction()), False),
        (wrapped(errors.LockNotAvailable()), False),
        (wrapped(errors.QueryCanceled()), False),
        (wrapped(errors.DiskFull()), False),
        (OperationalError("of our own making"), False),
        (ValueError(), False),
    ],
)
def test_a_database_that_is_away_is_known_from_one_that_refuses(error: Exception, away: bool) -> None:
    assert is_away(error) is away


class Work:
    """Fails so many times, after what it did before."""

    def __init__(self, failures: int, before: Callable[[], None] = lambda: None) -> None:
        self.failures, self.before = failures, before
        self.tokens: list[str] = []

    def __call__(self) -> str:
        self.tokens.append(attempt_token())
        self.before()
        if len(self.tokens) <= self.failures:
            raise wrapped(errors.AdminShutdown())
        committed(None)
        return "done"


@pytest.fixture(autouse=True)
def _back() -> Iterator[None]:
    yield
    committed(None)


def test_work_is_begun_anew_and_knows_itself_by_its_token() -> None:
    work = Work(3)
    assert outlast(work, repeatable=False) == "done"
    assert len(work.tokens) == 4
    assert len(set(work.tokens)) == 1
    other = Work(0)
    outlast(other, repeatable=False)
    assert other.tokens[0] != work.tokens[0]


def test_what_may_have_been_committed_is_repeated_only_where_that_does_no_harm() -> None:
    writes = Work(1, committing)
    with pytest.raises(OperationalError):
        outlast(writes, repeatable=False)
    assert len(writes.tokens) == 1
    keyed = Work(1, committing)
    assert outlast(keyed, repeatable=True) == "done"


def test_what_is_asked_wrongly_is_not_repeated() -> None:
    calls = []

    def wrong() -> None:
        calls.append(1)
        raise ValueError

    with pytest.raises(ValueError):
        outlast(wrong, repeatable=True)
    assert calls == [1]


def test_patience_ends_and_while_there_is_no_hope_nobody_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outages, "SECONDS", 0.5)
    monkeypatch.setattr(outages._answers, "_hopeless_after", 0.3)
    before = outages.figures().given_up
    began = time.monotonic()
    with pytest.raises(OperationalError):
        outlast(Work(10**6), repeatable=True)
    assert 0.4 < time.monotonic() - began < 2
    hopeless = Work(10**6)
    began = time.monotonic()
    with pytest.raises(OperationalError):
        outlast(hopeless, repeatable=True)
    assert time.monotonic() - began < 0.3
    assert len(hopeless.tokens) == 1
    assert outages.figures().given_up == before + 2


def test_who_stands_in_line_once_the_database_is_back_has_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    """A request that waited for a switchover is not refused while others, which waited too, go before it."""
    monkeypatch.setattr(outages, "SECONDS", 0.4)
    monkeypatch.setattr(outages, "LATE_SECONDS", 2.0)
    began, tries = time.monotonic(), []

    def work() -> str:
        tries.append(time.monotonic())
        if time.monotonic() - began < 0.3:
            raise wrapped(errors.AdminShutdown())
        committed(None)

        def locked() -> str:
            if time.monotonic() - began < 1.2:
                raise wrapped(errors.LockNotAvailable())
            return "done"

        return retrying(locked)

    assert outlast(work, repeatable=True) == "done"
    assert 1.2 <= time.monotonic() - began < 2.0
    assert len(tries) > 1


def test_one_tries_while_the_others_wait() -> None:
    """Many that try at once would keep down a database that is just coming back."""
    back, tries, answers = threading.Event(), [], []

    def work() -> str:
        if not back.is_set():
            tries.append(time.monotonic())
            raise wrapped(errors.CannotConnectNow())
        committed(None)
        return "done"

    threads = [threading.Thread(target=lambda: answers.append(outlast(work, repeatable=True))) for _ in range(12)]
    for thread in threads:
        thread.start()
    time.sleep(1.5)
    back.set()
    for thread in threads:
        thread.join(5)
    assert answers == ["done"] * 12
    # Each may fail once before it knows; then one goes on, about seven times a second.
    assert len(tries) < 12 + 25


def test_while_no_commit_ends_one_that_writes_tries_and_pages_do_not_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a secondary a primary answers, and whoever commits hangs until its time is up."""
    monkeypatch.setattr(outages, "SECONDS", 1.0)
    monkeypatch.setattr(outages._commits, "_hopeless_after", 0.5)
    confirmed, hanging, most = threading.Event(), [0], [0]

    def order() -> str:
        hanging[0] += 1
        most[0] = max(most[0], hanging[0])
        committing()
        there = confirmed.wait(0.4)
        hanging[0] -= 1
        if not there:
            raise wrapped(psycopg.OperationalError("the connection was cut"))
        committed(None)
        return "ordered"

    def page() -> str:
        committed(None)
        return "page"

    def try_to_order() -> tuple[str, float]:
        began = time.monotonic()
        try:
            return outlast(order, repeatable=True, writes=True), time.monotonic() - began
        except OperationalError:
            return "refused", time.monotonic() - began

    assert try_to_order()[0] == "refused"
    most[0] = 0
    answers: list[tuple[str, float]] = []
    threads = [threading.Thread(target=lambda: answers.append(try_to_order())) for _ in range(8)]
    for thread in threads:
        thread.start()
    began = time.monotonic()
    assert [outlast(page, repeatable=True) for _ in range(20)] == ["page"] * 20
    assert time.monotonic() - began < 0.2, "pages wait behind orders"
    for thread in threads:
        thread.join(5)
    assert {told for told, _ in answers} == {"refused"}
    assert max(seconds for _, seconds in answers) < 1.0
    assert most == [1]

    # Commits end again, and all who come at once are served.
    confirmed.set()
    answers.clear()
    threads = [threading.Thread(target=lambda: answers.append(try_to_order())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(5)
    assert [told for told, _ in answers] == ["ordered"] * 8


@pytest.fixture(scope="module")
def server() -> Iterator[EmbeddedPostgres]:
    with temporary() as postgres:
        yield postgres


def test_a_commit_that_no_secondary_has_is_no_success() -> None:
    """PostgreSQL reports success when somebody breaks off its wait for the secondary."""
    with (
        temporary() as server,
        psycopg.connect(server.admin_dsn, autocommit=True) as admin,
        TellingConnection.connect(server.admin_dsn) as connection,
    ):
        admin.execute("CREATE TABLE kept (one int)")
        admin.execute("ALTER SYSTEM SET synchronous_standby_names = 'nobody'")
        admin.execute("SELECT pg_reload_conf()")
        # The checkpointer tells the others what is in force.
        time.sleep(1)
        connection.execute("SET synchronous_commit = on")
        connection.execute("INSERT INTO kept VALUES (1)")
        pid = connection.info.backend_pid

        def break_off() -> None:
            deadline = time.monotonic() + 20
            with psycopg.connect(server.admin_dsn, autocommit=True) as other:
                while time.monotonic() < deadline and not other.execute(
                    "SELECT FROM pg_stat_activity WHERE pid = %s AND wait_event = 'SyncRep'", [pid]
                ).fetchone():
                    time.sleep(0.02)
                other.execute("SELECT pg_cancel_backend(%s)", [pid])

        thread = threading.Thread(target=break_off)
        thread.start()
        connection.commit()
        thread.join(5)
        with pytest.raises(Unconfirmed):
            committed(connection)
        # Once; the next commit is judged by itself.
        admin.execute("ALTER SYSTEM RESET synchronous_standby_names")
        admin.execute("SELECT pg_reload_conf()")
        time.sleep(1)
        connection.execute("INSERT INTO kept VALUES (2)")
        connection.commit()
        committed(connection)


def stopped(connection: psycopg.Connection[Any]) -> int:
    pid = connection.info.backend_pid
    os.kill(pid, signal.SIGSTOP)
    return pid


def test_a_server_that_is_stopped_is_not_waited_for_without_an_end(server: EmbeddedPostgres) -> None:
    watch = Watch(0.6)
    watch.start()
    with TellingConnection.connect(server.admin_dsn) as connection, watch.over(connection):
        pid = stopped(connection)
        try:
            began = time.monotonic()
            with pytest.raises(psycopg.OperationalError):
                connection.execute("SELECT 1")
            assert time.monotonic() - began < 3
        finally:
            os.kill(pid, signal.SIGCONT)
    assert watch.cut == 1


def test_what_ends_in_time_is_left_alone(server: EmbeddedPostgres) -> None:
    watch = Watch(0.6)
    watch.start()
    with TellingConnection.connect(server.admin_dsn) as connection, watch.over(connection):
        for _ in range(8):
            connection.execute("SELECT pg_sleep(0.2)")
        # Between two statements nothing is waited for.
        time.sleep(1.2)
        connection.execute("SELECT 1")
    assert watch.cut == 0


def test_nobody_goes_back_to_a_primary_of_former_times(
    server: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telling, "_newest", Newest())
    with TellingConnection.connect(server.admin_dsn) as connection:
        assert connection.seen is not None
        assert connection.seen == telling._newest.latest()
        assert connection.seen.timeline == 1
        assert connection.info.transaction_status == psycopg.pq.TransactionStatus.IDLE
        require_current(connection)
        # Another primary was seen meanwhile.
        telling._newest.note(connection.seen._replace(timeline=2))
        with pytest.raises(Stale) as caught:
            require_current(connection)
        assert connection.closed
        assert is_away(caught.value)
    with pytest.raises(Stale):
        TellingConnection.connect(server.admin_dsn)


def test_what_one_process_has_seen_all_of_the_node_know(tmp_path: Path) -> None:
    first, second, alone = Newest(tmp_path / "timeline"), Newest(tmp_path / "timeline"), Newest(tmp_path / "no" / "way")
    for newest in (first, second, alone):
        newest.note(Seen(7, 3))
    first.note(Seen(7, 4))
    assert second.is_former(Seen(7, 3))
    assert not second.is_former(Seen(7, 4))
    assert not alone.is_former(Seen(7, 3))
    second.note(Seen(7, 3))
    assert first.latest() == Seen(7, 4), "what is of former times is no news"
    assert Newest(tmp_path / "timeline").latest() == Seen(0, 0)
    second.note(Seen(8, 1))
    assert first.latest() == Seen(8, 1), "another cluster begins anew"
    (tmp_path / "timeline").write_bytes(b"nonsense")
    assert first.latest() == Seen(8, 1)


def test_where_one_server_is_of_former_times_another_one_is_asked(
    server: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = conninfo_to_dict(server.admin_dsn)
    hosts = [str(told["host"]), f"{told['host']}/../{Path(str(told['host'])).name}"]
    both: dict[str, Any] = {**told, "host": ",".join(hosts), "port": "5432,5432"}
    newest = Newest()
    monkeypatch.setattr(telling, "_newest", newest)
    tried: list[str] = []
    settled = TellingConnection.settle

    def settle(connection: TellingConnection) -> None:
        settled(connection)
        tried.append(connection.info.host)
        if len(tried) == 1:
            assert connection.seen is not None
            newest.note(connection.seen._replace(timeline=2))
        else:
            connection.seen = newest.latest()

    monkeypatch.setattr(TellingConnection, "settle", settle)
    with TellingConnection.connect(**both) as connection:
        assert connection.info.host == hosts[1]
    assert tried == hosts


def test_a_primary_that_is_alone_has_the_others_asked_and_not_for_each_connection(
    server: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = conninfo_to_dict(server.admin_dsn)
    hosts = [str(told["host"]), f"{told['host']}/../{Path(str(told['host'])).name}"]
    both: dict[str, Any] = {**told, "host": ",".join(hosts), "port": "5432,5432"}
    noted: list[Seen] = []

    class Noting(Newest):
        def note(self, seen: Seen) -> None:
            noted.append(seen)
            super().note(seen)

    monkeypatch.setattr(telling, "_newest", Noting())
    monkeypatch.setattr(TellingConnection, "_asked_at", float("-inf"))
    for asked in (2, 3):
        with TellingConnection.connect(**both):
            assert len(noted) == asked, "its own, and at first that of the other"
