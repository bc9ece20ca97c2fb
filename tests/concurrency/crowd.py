"""Many at once, with real threads and real commits."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from django.db import close_old_connections

T = TypeVar("T")
R = TypeVar("R")


def all_at_once(work: Callable[[T], R], items: Iterable[T], *, threads: int = 16) -> list[R | Exception]:
    """Do work on each item in a bounded pool of threads; return answers or errors, in the items' order."""

    def one(item: T) -> R | Exception:
        try:
            return work(item)
        except Exception as error:
            return error
        finally:
            close_old_connections()

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(one, items))
