"""No alert and no message is lost or doubled: not by crashes, not by a full disk, not by two operators at once."""

from __future__ import annotations

import random
import threading
from pathlib import Path

import msgspec
import pytest

from eseller.operations.alerts.book import CLEAR_SECONDS, WATCH, Book, NoSuchAlert
from eseller.operations.alerts.escalation import Aim, AimKind, Policy, State, Step
from eseller.operations.alerts.messages import APART_SECONDS, URGENT, Delivery, Message
from eseller.operations.watch.burn import Severity
from eseller.operations.watch.judge import Finding


def finding(key: str, severity: Severity = Severity.PAGE) -> Finding:
    return Finding(key=key, severity=severity, title=f"{key} is wrong.", component="web")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "alerts"


def deliver(book: Book, now: float) -> list[Message]:
    """Send all that is to be sent."""
    found = []
    while (message := book.next_message(now)) is not None:
        book.sent(message.number)
        found.append(message)
    return found


def test_trouble_is_one_alert_for_as_long_as_it_lasts(path: Path) -> None:
    book = Book(path)
    for now in range(100):
        book.observe([finding("a")], float(now))
    (alert,) = book.open()
    assert (alert.seen, alert.opened_at, alert.seen_at) == (100, 0.0, 99.0)
    book.observe([], 99.0 + CLEAR_SECONDS)
    assert book.open() == [alert], "it may come again"
    book.observe([], 100.0 + CLEAR_SECONDS)
    assert book.open() == []
    assert (book.alerts()[0].state, book.alerts()[0].by) == (State.CLOSED, WATCH)
    book.observe([finding("a")], 200.0)
    assert [one.number for one in book.open()] == [2]


def test_it_is_told_to_one_after_the_other(path: Path) -> None:
    book = Book(path)
    told = []
    for now in range(700):
        book.observe([finding("a")], float(now))
        book.escalate(float(now))
        told += [(now, message.aim.name) for message in deliver(book, float(now))]
    assert told == [(0, "operators"), (180, "second operators"), (360, "developers"), (660, "operators")]


def test_a_thousand_alerts_in_a_minute_are_few_messages_and_none_is_left_out(path: Path) -> None:
    book = Book(path)
    told: list[Message] = []
    for second in range(120):
        known = range(min(1000, 20 * second))
        book.observe([finding(f"a{n}") for n in known], float(second))
        book.escalate(float(second))
        told += [message for message in deliver(book, float(second)) if message.aim.name == "operators"]
    assert len(told) <= 120 / APART_SECONDS + URGENT
    named = [number for message in told for number in message.alerts]
    assert sorted(named) == sorted(alert.number for alert in book.open())
    assert len(named) == len(set(named)) == 1000


def test_what_can_not_be_sent_is_tried_again_until_it_can(path: Path) -> None:
    book = Book(path)
    book.observe([finding("a")], 0.0)
    book.escalate(0.0)
    tries = []
    for now in range(3600):
        while (message := book.next_message(float(now))) is not None:
            tries.append(now)
            book.failed(message.number, "the mail server does not answer", float(now))
    assert tries[:4] == [0, 5, 15, 35]
    assert 12 < len(tries) < 30, "neither given up nor hammered"
    (late,) = deliver(book, 4000.0)
    assert late.alerts == (1,)
    assert deliver(book, 1e6) == []


def test_two_operators_at_once_are_one_and_the_other_is_told_who(path: Path) -> None:
    book = Book(path)
    book.observe([finding(f"a{n}") for n in range(50)], 0.0)
    answers: dict[str, list[str]] = {"ada": [], "bob": []}

    def take(who: str) -> None:
        for alert in sorted(book.open(), key=lambda _: random.random()):
            answers[who].append(book.acknowledge(alert.number, by=who, now=1.0).by)

    threads = [threading.Thread(target=take, args=(who,)) for who in answers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    first = {alert.number: alert.by for alert in Book(path).open()}
    assert len(first) == 50
    assert len(answers["ada"]) == len(answers["bob"]) == 50
    assert all(alert.by == first[alert.number] for alert in book.open())
    with pytest.raises(NoSuchAlert):
        book.acknowledge(999, by="ada", now=1.0)


def test_after_a_crash_at_any_moment_nothing_is_lost_and_nothing_is_told_twice(path: Path) -> None:
    """But for the one message that was being sent: nobody can know."""
    book, told, chance = Book(path), [], random.Random(5)
    for now in range(600):
        book.observe([finding(f"a{n}") for n in range(now // 60 + 1)], float(now))
        book.escalate(float(now))
        if chance.random() < 0.2:
            book = Book(path)
        told += [(message.aim.name, number) for message in deliver(book, float(now)) for number in message.alerts]
        if chance.random() < 0.2:
            book = Book(path)
    first = [told.count(("operators", alert.number)) for alert in book.alerts()]
    assert first == [1] * 10
    assert [alert.number for alert in Book(path).alerts()] == [alert.number for alert in book.alerts()]


def test_a_message_that_was_being_sent_in_a_crash_is_sent_again(path: Path) -> None:
    book = Book(path)
    book.observe([finding("a")], 0.0)
    book.escalate(0.0)
    taken = book.next_message(0.0)
    assert taken is not None
    again = Book(path).next_message(0.0)
    assert again is not None
    assert (again.number, again.tries, again.delivery) == (taken.number, 2, Delivery.SENDING)


def test_a_disk_that_takes_nothing_holds_up_nothing_and_all_is_written_later(path: Path) -> None:
    path.mkdir()
    book = Book(path)
    for now in range(400):
        book.observe([finding("a")], float(now))
        book.escalate(float(now))
    assert [message.aim.name for message in deliver(book, 400.0)] == ["operators", "second operators", "developers"]
    book.acknowledge(1, by="ada", now=400.0)
    assert book.catch_up() > 0
    path.rmdir()
    assert book.catch_up() == 0
    again = Book(path)
    assert [(alert.state, alert.by, alert.told) for alert in again.open()] == [(State.ACKNOWLEDGED, "ada", 3)]
    assert deliver(again, 1e6) == []


def test_the_file_does_not_grow_without_an_end(path: Path) -> None:
    book = Book(path)
    wide = Finding(key="x", severity=Severity.PAGE, title="x", component="web", evidence=("y" * 20_000,))
    for n in range(400):
        book.observe([wide], n * 100.0)
        book.escalate(n * 100.0)
        deliver(book, n * 100.0)
        book.close(book.open()[0].number, by="ada", now=n * 100.0 + 1)
    # Each of the 400 is kept, and was written three times.
    assert 400 * 20_000 < path.stat().st_size < 2.1 * 400 * 20_000
    assert [alert.number for alert in Book(path).alerts()] == [alert.number for alert in book.alerts()]
    assert Book(path).open() == []


def test_what_is_due_in_so_long_is_due_in_so_long_when_the_clock_is_set(path: Path) -> None:
    for jump in (-3600.0, 3600.0):
        path.unlink(missing_ok=True)
        book = Book(path)
        book.observe([finding("a")], 10_000.0)
        book.escalate(10_000.0)
        deliver(book, 10_000.0)
        book.move(jump)
        now = 10_000.0 + jump
        told = []
        for second in range(200):
            book.observe([finding("a")], now + second)
            book.escalate(now + second)
            told += [(second, message.aim.name) for message in deliver(book, now + second)]
        assert told == [(180, "second operators")]
        book.observe([], now + 200 + CLEAR_SECONDS)
        assert book.open() == [], "its end is not waited for by an old clock"
        assert Book(path).open() == []


def test_each_component_goes_by_its_own_policy(path: Path) -> None:
    def policy(name: str, who: str) -> Policy:
        return Policy(name, (Step((Aim(AimKind.PERSON, who),), 60.0),))

    book = Book(path)
    book.use({"default": policy("default", "ada"), "web": policy("web", "bob")})
    mail = msgspec.structs.replace(finding("b"), component="mail")
    book.observe([finding("a"), mail], 0.0)
    book.escalate(0.0)
    assert {message.aim.name: message.alerts for message in deliver(book, 0.0)} == {"bob": (1,), "ada": (2,)}
    again = Book(path)
    again.use({"default": policy("default", "ada")})
    again.observe([finding("a"), mail], 100.0)
    again.escalate(100.0)
    assert [message.aim.name for message in deliver(again, 100.0)] == ["ada"], "its policy was taken out of the file"


def test_what_can_not_wait_does_not_wait_behind_what_can(path: Path) -> None:
    book = Book(path)
    open_now = [finding("late", Severity.TICKET)]
    told = []
    for now in range(60):
        open_now += {
            1: [finding("later", Severity.TICKET)], 5: [finding("down")], 6: [finding("b")], 7: [finding("c")],
        }.get(now, [])  # fmt: skip
        book.observe(open_now, float(now))
        book.escalate(float(now))
        told += [(now, message.alerts) for message in deliver(book, float(now))]
    numbers = {alert.finding.key: alert.number for alert in book.alerts()}
    assert told[0] == (0, (numbers["late"],))
    assert told[1] == (5, (numbers["later"], numbers["down"])), "what waits goes with it"
    assert told[2:] == [(6, (numbers["b"],)), (36, (numbers["c"],))], "three at once, and no more of them"


def test_the_person_whose_trouble_it_is_hears_of_it_before_the_others(path: Path) -> None:
    book = Book(path)
    operators = Step((Aim(AimKind.PERSON, "operators"),), 60.0)
    book.use({"default": Policy("default", (operators,))}, ["cleo", "operators"])
    book.observe([msgspec.structs.replace(finding("overdue"), who="cleo")], 0.0)
    book.observe([msgspec.structs.replace(finding("other"), who="nobody we know")], 0.0)
    book.escalate(0.0)
    assert {(one.aim.name, one.alerts) for one in book.messages()} == {("cleo", (1,)), ("operators", (2,))}
    book.escalate(119.0)
    assert len([one for one in book.messages() if one.aim.name == "cleo"]) == 1
    book.escalate(121.0)
    assert any(1 in one.alerts for one in book.messages() if one.aim.name == "operators")
