"""Messages come once by each way, through a mail server's bad hour as well."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from eseller.operations.alerts import mailbox as mailboxes
from eseller.operations.alerts.book import Book
from eseller.operations.alerts.delivery import Courier, send, unusable
from eseller.operations.alerts.directory import Directory, read
from eseller.operations.alerts.escalation import Aim, AimKind
from eseller.operations.alerts.mailbox import Letter, Mailbox
from eseller.operations.alerts.messages import Delivery
from eseller.operations.watch.burn import Severity
from eseller.operations.watch.judge import Finding


@pytest.fixture
def mailbox(tmp_path: Path) -> Mailbox:
    box = Mailbox(tmp_path / "letters")
    box.offer()
    return box


class MailServer(socketserver.ThreadingTCPServer):
    """Speaks as much SMTP as it takes to be given a message; or refuses for now."""

    allow_reuse_address = daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Smtp)
        self.sick, self.mails = False, list[str]()

    @property
    def url(self) -> str:
        return f"mailto://127.0.0.1:{self.server_address[1]}?from=watch@ops.example&to=ada@people.example"


class _Smtp(socketserver.StreamRequestHandler):
    server: MailServer

    def handle(self) -> None:
        if self.server.sick:
            self.wfile.write(b"421 come back later\r\n")
            return
        self.wfile.write(b"220 here\r\n")
        while line := self.rfile.readline():
            word = line[:4].upper()
            if word == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                text = []
                while (part := self.rfile.readline()) not in (b".\r\n", b""):
                    text.append(part.decode())
                self.server.mails.append("".join(text))
                self.wfile.write(b"250 taken\r\n")
            elif word == b"QUIT":
                self.wfile.write(b"221 bye\r\n")
                return
            else:
                self.wfile.write(b"250 ok\r\n")


@contextmanager
def mail_server() -> Iterator[MailServer]:
    with MailServer() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def directory_of(*urls: str) -> Directory:
    listed = ", ".join(f'"{url}"' for url in urls)
    return read(
        f'[[person]]\nname = "ada"\nurls = [{listed}]\n'
        '[[policy]]\nname = "default"\n[[policy.step]]\ntell = ["person:ada"]\nminutes = 3\n'
    )


def wrong(book: Book, directory: Directory, now: float) -> None:
    book.use(directory.policies)
    book.observe([Finding(key="a", severity=Severity.PAGE, title="A is wrong.", component="web")], now)
    book.escalate(now)


def test_a_message_comes_by_all_ways_of_a_person(tmp_path: Path, mailbox: Mailbox) -> None:
    with mail_server() as server:
        directory = directory_of(server.url, "mailbox://ada")
        book = Book(tmp_path / "book")
        wrong(book, directory, 1.0)
        courier = Courier(book, lambda: directory)
        assert courier.bring_one(1.0)
        assert not courier.bring_one(1.0)
    (mail,) = server.mails
    assert "A is wrong." in mail
    (letter,) = mailbox.letters()
    assert (letter.to, letter.title) == ("ada", "A is wrong.")
    assert "eseller alerts take 1" in letter.body
    assert [one.delivery for one in book.messages()] == [Delivery.SENT]


def test_a_mail_server_that_is_away_for_an_hour_costs_nothing_and_doubles_nothing(
    tmp_path: Path, mailbox: Mailbox
) -> None:
    with mail_server() as server:
        server.sick = True
        directory = directory_of(server.url, "mailbox://ada")
        book = Book(tmp_path / "book")
        wrong(book, directory, 0.0)
        now = 0.0
        while now < 3600.0:
            Courier(book, lambda: directory).bring_one(now)
            if now == 1800.0:
                book = Book(tmp_path / "book")
                book.use(directory.policies)
            now += 10.0
        assert server.mails == []
        (message,) = book.messages()
        assert message.delivery is Delivery.PENDING
        assert "mailto://" in message.error
        assert server.url not in message.error, "it may hold a password"
        assert len(mailbox.letters()) == 1, "by the way that works it comes once, not with each try"
        server.sick = False
        while Courier(book, lambda: directory).bring_one(now + 300.0):
            """All that waits."""
        assert len(server.mails) == 1
        assert len(mailbox.letters()) == 1


def test_a_way_that_is_none_is_told_of_without_its_secrets(mailbox: Mailbox) -> None:
    assert unusable(["mailbox://ada", "nonsense://user:hush@host"]) == ["nonsense://…"]
    assert send("nonsense://user:hush@host", "t", "b") == "nonsense://… is no address that messages can be sent to"


def test_a_test_message_comes_at_once(tmp_path: Path, mailbox: Mailbox) -> None:
    directory = directory_of("mailbox://ada")
    book = Book(tmp_path / "book")
    book.send(Aim(AimKind.PERSON, "ada"), 5.0)
    assert Courier(book, lambda: directory).bring_one(5.0)
    assert [letter.title for letter in mailbox.letters()] == ["This is a test"]


def test_a_mailbox_keeps_the_newest_and_does_not_grow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mailboxes, "MOST_BYTES", 20_000)
    monkeypatch.setattr(mailboxes, "KEPT", 10)
    box = Mailbox(tmp_path / "letters")
    for number in range(300):
        box.put(Letter(at=float(number), to="ada", title=str(number), body="x" * 500))
    letters = box.letters()
    assert [letter.title for letter in letters[:2]] == ["299", "298"]
    assert len(letters) < 60
    assert (tmp_path / "letters").stat().st_size < 30_000


def test_a_mailbox_that_can_not_be_written_is_a_way_that_failed(tmp_path: Path) -> None:
    Mailbox(tmp_path / "away" / "letters").offer()
    assert send("mailbox://ada", "t", "b").startswith("mailbox://…")
