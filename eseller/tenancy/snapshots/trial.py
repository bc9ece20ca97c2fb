"""Real pages of a few shops, drawn in this process as if a candidate were the snapshot; no other thread sees it."""

import io
import random
import statistics
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import msgspec
from django.core.handlers.wsgi import WSGIHandler

from eseller.resilience.rollout.decide import Figures
from eseller.tenancy.snapshots import active
from eseller.tenancy.snapshots.content import Loaded

SECONDS = 5.0
"""After which a page counts as failed."""
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


class Page(msgspec.Struct, frozen=True):
    """What came of one page with the candidate and, where it failed, without. Status 0: it hung, or came to nothing."""

    host: str
    path: str
    status: int
    seconds: float
    status_before: int | None = None


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
        # Threads of its own: the end of a request closes the connections of its thread.
        with _Threads() as threads:
            return [self._page(threads, candidate, before, host, path) for host in hosts for path in self._paths]

    def _page(self, threads: "_Threads", candidate: Loaded, before: Loaded | None, host: str, path: str) -> Page:
        status, seconds = threads.run(self._get, candidate, host, path)
        if _is_good(status):
            return Page(host, path, status, seconds)
        # Once more, since a moment's trouble of the database is no fault of the candidate.
        status_before, _ = threads.run(self._get, before, host, path)
        status, seconds = threads.run(self._get, candidate, host, path)
        return Page(host, path, status, seconds, status_before)

    def _get(self, snapshot: Loaded | None, host: str, path: str) -> tuple[int, float]:
        began, told = time.monotonic(), [0]

        def start(status: str, _headers: Any, _error: Any = None) -> None:
            told[0] = int(status.split()[0])

        environ = {**_ENVIRON, "HTTP_HOST": host, "PATH_INFO": path, "wsgi.input": io.BytesIO()}
        with active.using(snapshot):
            answer = self._handler(environ, start)
            try:
                for _chunk, _number in zip(answer, range(_CHUNKS), strict=False):
                    pass
            finally:
                answer.close()
        return told[0], time.monotonic() - began


class _Threads:
    """Threads that may be left alone while they hang."""

    def __enter__(self) -> "_Threads":
        self._pool = ThreadPoolExecutor(max_workers=4, thread_name_prefix="trial")
        return self

    def __exit__(self, *_error: object) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)

    def run(self, work: Any, *values: Any) -> tuple[int, float]:
        try:
            result: tuple[int, float] = self._pool.submit(work, *values).result(SECONDS)
        except TimeoutError:
            return 0, SECONDS
        except Exception:
            return 0, 0.0
        return result


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
    able = [page for page in pages if _is_good(page.status) or _is_good(page.status_before or 0)]
    seconds = statistics.median(page.seconds for page in able) if able else 0.0
    failed = sum(not _is_good(page.status) for page in able)
    # How long the same pages take without it is not asked: rows of reference data make none slow.
    return Figures(len(able), failed, seconds), Figures(len(able), 0, seconds)


def _is_good(status: int) -> bool:
    return 200 <= status < 400
