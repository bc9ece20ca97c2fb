"""Real pages of a few shops, drawn in this process as if a candidate were the snapshot; no other thread sees it."""

import io
import random
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
from typing import Any

import msgspec
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import got_request_exception

from eseller.resilience.rollout.decide import Figures
from eseller.tenancy.snapshots import active
from eseller.tenancy.snapshots.content import Loaded

SECONDS = 5.0
"""After which a page counts as failed."""
ALL_SECONDS = 10.0
"""After which no further page is asked for."""
CHANGED, OTHERS = 4, 3
"""So many shops are asked: of those whose rows have changed, and of the others."""
_CHUNKS = 3
_ENVIRON = {
    "REQUEST_METHOD": "GET",
    "SERVER_NAME": "trial",
    "SERVER_PORT": "80",
    "SERVER_PROTOCOL": "HTTP/1.1",
    "QUERY_STRING": "",
    "REMOTE_ADDR": "127.0.0.1",
    "wsgi.url_scheme": "http",
}


_faults: ContextVar[list[str] | None] = ContextVar("eseller_trial_faults", default=None)


class Answer(msgspec.Struct, frozen=True):
    """What came of asking for a page. Status 0: it hung, or came to nothing."""

    status: int
    seconds: float
    error: str = ""

    @property
    def good(self) -> bool:
        """Whether a shopper was shown something."""
        return 200 <= self.status < 400


class Page(msgspec.Struct, frozen=True):
    """A page with the candidate and, where it failed with it, without."""

    host: str
    path: str
    answer: Answer
    before: Answer | None = None

    @property
    def comparable(self) -> bool:
        """Whether it can be shown at all. On a machine that is slow anyway, one that came too late tells nothing."""
        if self.answer.good or self.before is None:
            return self.answer.good
        late = self.answer.seconds >= SECONDS
        return self.before.good and not (late and self.before.seconds > SECONDS / 5)

    def __str__(self) -> str:
        """Say what went wrong."""
        return f"{self.host}{self.path}: {self.answer.error or self.answer.status}"


class Trial:
    """Asks pages of this process, as a shopper would."""

    def __init__(self, paths: Sequence[str] = ("/",)) -> None:
        """Ask for these paths of each shop."""
        self._paths = paths
        self._handler: Any = None

    def ask(self, hosts: Iterable[str], candidate: Loaded, before: Loaded | None) -> list[Page]:
        """Return what comes of the pages of some shops with a candidate.

        Args:
            hosts: of the shops; see ``sample``.
            candidate: the snapshot that is tried.
            before: the present one; None where there is none.
        """
        if self._handler is None:
            self._handler = WSGIHandler()
        end, pages = time.monotonic() + ALL_SECONDS, list[Page]()
        # Threads of its own: the end of a request closes the connections of its thread.
        with _Threads() as threads:
            for host in hosts:
                for path in self._paths:
                    if time.monotonic() < end:
                        pages.append(self._page(threads, candidate, before, host, path))
        return pages

    def _page(self, threads: "_Threads", candidate: Loaded, before: Loaded | None, host: str, path: str) -> Page:
        answer = threads.run(self._get, candidate, host, path)
        if answer.good:
            return Page(host, path, answer)
        # Once more, since a moment's trouble of the database is no fault of the candidate.
        without = threads.run(self._get, before, host, path)
        return Page(host, path, threads.run(self._get, candidate, host, path), without)

    def _get(self, snapshot: Loaded | None, host: str, path: str) -> Answer:
        began, status, faults = time.monotonic(), [0], list[str]()

        def start(line: str, _headers: Any, _error: Any = None) -> None:
            status[0] = int(line.split()[0])

        _faults.set(faults)
        environ = {**_ENVIRON, "HTTP_HOST": host, "PATH_INFO": path, "wsgi.input": io.BytesIO()}
        try:
            with active.using(snapshot):
                _read(self._handler(environ, start))
        except Exception as error:
            faults.append(_in_words(error))
            status[0] = 0
        return Answer(status[0], round(time.monotonic() - began, 3), faults[0] if faults else "")


def _read(answer: Any) -> None:
    try:
        for _chunk, _number in zip(answer, range(_CHUNKS), strict=False):
            pass
    finally:
        answer.close()


def _in_words(error: BaseException | None) -> str:
    return f"{type(error).__name__}: {error}"[:200]


def _note_fault(**_values: Any) -> None:
    """Keep what a view has raised, for the thread of a trial."""
    faults = _faults.get()
    if faults is not None:
        faults.append(_in_words(sys.exc_info()[1]))


got_request_exception.connect(_note_fault, dispatch_uid="eseller.tenancy.snapshots.trial")


class _Threads:
    """Threads that may be left alone while they hang."""

    def __enter__(self) -> "_Threads":
        self._pool = ThreadPoolExecutor(max_workers=4, thread_name_prefix="trial")
        return self

    def __exit__(self, *_error: object) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)

    def run(self, work: Callable[..., Answer], *values: Any) -> Answer:
        try:
            return self._pool.submit(work, *values).result(SECONDS)
        except TimeoutError:
            return Answer(0, SECONDS, f"no answer within {SECONDS:.0f} s")


def sample(candidate: Loaded, changed: Iterable[int]) -> list[str]:
    """Return hosts of shops to try a candidate on: of some that have changed, and of some others."""
    mine = [shop for number in changed if (shop := _shop(candidate, number)) is not None]
    others = list(candidate.of("routing"))
    random.shuffle(others)
    chosen = [*_open(mine, CHANGED), *_open((shop for part in others for shop in part.shops.values()), OTHERS)]
    return list(dict.fromkeys(shop.primary_host for shop in chosen))


def _shop(candidate: Loaded, number: int) -> Any:
    part = candidate.part("routing", number)
    return part.shops.get(number) if part is not None else None


def _open(shops: Iterable[Any], most: int) -> Iterator[Any]:
    """Yield shops that serve shoppers; few parts are looked at, however many shops there are."""
    for shop in shops:
        if most == 0:
            return
        if shop.state == "open" and shop.primary_host:
            most -= 1
            yield shop


def compared(pages: Sequence[Page]) -> tuple[Figures, Figures]:
    """Return figures of the pages with and without the candidate; those that fail without it count for neither."""
    able = [page for page in pages if page.comparable]
    seconds = statistics.median(page.answer.seconds for page in able) if able else 0.0
    failed = sum(not page.answer.good for page in able)
    # How long the same pages take without it is not asked: rows of reference data make none slow.
    return Figures(len(able), failed, seconds), Figures(len(able), 0, seconds)
