"""The watch on duty finds, tells and goes on: without a database, with a full disk, a bad file, a clock that is set."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from eseller.operations import duty as duties
from eseller.operations.alerts.escalation import State
from eseller.operations.alerts.mailbox import Mailbox
from eseller.operations.alerts.messages import Delivery
from eseller.operations.duty import DirectoryFile, Duty
from eseller.operations.watch.asking import Target
from eseller.operations.watch.watch import Watch
from tests.operations.watch.test_watch import Simulated

GOOD = """
[[person]]
name = "ada"
urls = ["mailbox://ada"]
[[policy]]
name = "default"
[[policy.step]]
tell = ["person:ada"]
minutes = 3
"""


@pytest.fixture
def mailbox(tmp_path: Path) -> Mailbox:
    box = Mailbox(tmp_path / "letters")
    box.offer()
    return box


@contextmanager
def on_duty(folder: Path, *targets: Target, people: Path | None = None, heartbeat_url: str = "") -> Iterator[Duty]:
    folder.mkdir(exist_ok=True)
    duty = Duty(Watch(targets), folder, DirectoryFile(people), heartbeat_url=heartbeat_url)
    duty.start()
    try:
        yield duty
    finally:
        duty.stop()


def soon(what: Callable[[], object], seconds: float = 10.0) -> float:
    began = time.monotonic()
    while not what():
        assert time.monotonic() - began < seconds, "it did not come"
        time.sleep(0.02)
    return time.monotonic() - began


def test_a_process_that_ends_is_told_of_within_seconds_and_forgotten_when_it_is_back(
    tmp_path: Path, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("eseller.operations.alerts.book.CLEAR_SECONDS", 2.0)
    process = Simulated("web.0")
    with process.answering() as target, on_duty(tmp_path / "duty", target) as duty:
        soon(lambda: duty.picture is not None)
        time.sleep(1.5)
        assert mailbox.letters() == []
    with on_duty(tmp_path / "duty", target) as duty:
        after = soon(mailbox.letters)
        assert after < 5.0
        (letter,) = mailbox.letters()
        assert letter.to == "operators"
        assert "says nothing" in letter.title
        (alert,) = duty.book.open()
        assert duty.book.acknowledge(alert.number, by="ada", now=time.time()).by == "ada"
    # Another one begins where the first has ended, and knows what it knew.
    with process.answering() as back, on_duty(tmp_path / "duty", back) as duty:
        assert duty.book.open()[0].state is State.ACKNOWLEDGED
        soon(lambda: not duty.book.open())
        assert len(mailbox.letters()) == 1


def test_nothing_is_lost_while_the_disk_is_away(tmp_path: Path, mailbox: Mailbox) -> None:
    gone = Target("127.0.0.1", 9)
    with on_duty(tmp_path / "duty", gone) as duty:
        (tmp_path / "duty").rename(tmp_path / "away")
        soon(mailbox.letters)
        assert duty.book.catch_up() > 0
        (tmp_path / "duty").mkdir()
        soon(lambda: (tmp_path / "duty" / "alerts.jsonl").exists())
    with on_duty(tmp_path / "duty", gone) as duty:
        assert [one.delivery for one in duty.book.messages()] == [Delivery.SENT]
        assert len(duty.book.open()) == 1
        time.sleep(1.5)
    assert len(mailbox.letters()) == 1


def test_a_bad_file_of_people_is_told_to_those_of_the_last_good_one(
    tmp_path: Path, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(duties, "READ_SECONDS", 0.5)
    people = tmp_path / "people.toml"
    people.write_text(GOOD)
    with on_duty(tmp_path / "duty", people=people) as duty:
        soon(lambda: duty.picture is not None)
        assert duty.findings() == []
        people.write_text("[[person]]\nname = ")
        soon(mailbox.letters)
        (letter,) = mailbox.letters()
        assert (letter.to, letter.title) == ("ada", "The file of who is told is wrong.")
        people.write_text(GOOD.replace("ada", "bob"))
        soon(lambda: not duty.findings())
        assert list(duty.directory.current.people) == ["bob"]
        people.write_text(GOOD.replace("mailbox://ada", "nonsense://hush"))
        soon(duty.findings)
        assert "nonsense://…" in duty.findings()[0].evidence[1]
        assert "hush" not in duty.findings()[0].evidence[1]


def test_others_hear_that_the_watch_looks_and_nothing_when_it_is_blind(
    tmp_path: Path, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(duties, "HEARTBEAT_SECONDS", 0.3)
    monkeypatch.setattr(duties, "BLIND_SECONDS", 1.5)
    heard: list[float] = []

    class Elsewhere(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            heard.append(time.monotonic())
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with on_duty(tmp_path / "duty", heartbeat_url=f"http://127.0.0.1:{server.server_address[1]}/ping") as duty:
            soon(lambda: len(heard) > 2)
            stuck = threading.Event()
            monkeypatch.setattr(duty.book, "observe", lambda *_: stuck.wait(10))
            soon(lambda: duty.is_blind)
            time.sleep(0.5)
            before = len(heard)
            time.sleep(1.0)
            assert len(heard) == before
            stuck.set()
            monkeypatch.undo()
            soon(lambda: len(heard) > before)
        server.shutdown()


def test_a_step_is_taken_in_its_time_though_the_clock_is_set_back(
    tmp_path: Path, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = tmp_path / "people.toml"
    people.write_text(
        GOOD.replace("minutes = 3", "minutes = 0.05")
        + '[[policy.step]]\ntell = ["person:bob"]\nminutes = 3\n[[person]]\nname = "bob"\nurls = ["mailbox://bob"]\n'
    )
    real, offset = time.time, [0.0]
    monkeypatch.setattr("eseller.operations.duty.time.time", lambda: real() + offset[0])
    with on_duty(tmp_path / "duty", Target("127.0.0.1", 9), people=people):
        soon(mailbox.letters)
        began = time.monotonic()
        offset[0] = -3600.0
        soon(lambda: len(mailbox.letters()) > 1)
        assert time.monotonic() - began < 3.0 + 2.0, "a step goes out within two seconds of its time"
    assert [letter.to for letter in mailbox.letters()] == ["bob", "ada"]
