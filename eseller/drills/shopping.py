"""Shoppers at a steady rate, who remember every answer they got."""

import http.client
import queue
import threading
import time
from collections.abc import Sequence

import msgspec


class Visit(msgspec.Struct, frozen=True):
    """A page that somebody asks for. ``cookie`` is sent along where it is not empty."""

    host: str
    path: str
    cookie: str = ""


class Answer(msgspec.Struct, frozen=True):
    """What came of a visit: the status, 0 when nothing came; moments of ``time.monotonic``."""

    visit: Visit
    status: int
    asked_at: float
    seconds: float


class Shoppers:
    """Asks for pages in turn, ``rate`` a second, whether or not earlier ones were answered."""

    def __init__(self, port: int, visits: Sequence[Visit], *, rate: int, threads: int = 16) -> None:
        """Prepare them; ``with`` sends them in and calls them back."""
        self.answers: list[Answer] = []
        self._port, self._visits, self._rate = port, visits, rate
        self._due: queue.SimpleQueue[Visit | None] = queue.SimpleQueue()
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._shop, daemon=True) for _ in range(threads)]
        self._leader = threading.Thread(target=self._lead, daemon=True)

    def __enter__(self) -> "Shoppers":
        """Begin."""
        for thread in (*self._threads, self._leader):
            thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        """End when what was asked for has been answered."""
        self._over.set()
        self._leader.join()
        for _ in self._threads:
            self._due.put(None)
        for thread in self._threads:
            thread.join(15)

    def failed(self) -> list[Answer]:
        """Return the answers that were no answers: 5xx, or none at all."""
        return [answer for answer in self.answers if answer.status >= 500 or answer.status == 0]

    def _lead(self) -> None:
        began, sent = time.monotonic(), 0
        while not self._over.wait(max(0.0, began + sent / self._rate - time.monotonic())):
            self._due.put(self._visits[sent % len(self._visits)])
            sent += 1

    def _shop(self) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=10)
        while (visit := self._due.get()) is not None:
            asked = time.monotonic()
            status = _status(connection, visit)
            self.answers.append(Answer(visit, status, asked, time.monotonic() - asked))
        connection.close()


def _status(connection: http.client.HTTPConnection, visit: Visit) -> int:
    headers = {"Host": visit.host} | ({"Cookie": visit.cookie} if visit.cookie else {})
    try:
        connection.request("GET", visit.path, headers=headers)
        answer = connection.getresponse()
        answer.read()
    except (OSError, http.client.HTTPException):
        connection.close()
        return 0
    return answer.status


def fetch(port: int, visit: Visit) -> tuple[int, bytes]:
    """Return status and body of one page."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        headers = {"Host": visit.host} | ({"Cookie": visit.cookie} if visit.cookie else {})
        connection.request("GET", visit.path, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()
