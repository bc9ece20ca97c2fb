"""What the page that is being made shows, so that it is made anew when that changes."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

Tag = int
"""A kind of thing and its number in one integer, which costs a set a third of what a tuple does."""
_KINDS = 8
_noted: ContextVar[set[Tag] | None] = ContextVar("eseller_depends", default=None)


def tag(kind: int, number: int) -> Tag:
    """Return the tag of a thing.

    Args:
        kind: from 0 to 7; what each means says the package that makes pages.
        number: which one.
    """
    return number * _KINDS + kind


def on(*tags: Tag) -> None:
    """Note that the page shows something; costs nothing where nobody keeps pages."""
    noted = _noted.get()
    if noted is not None:
        noted.update(tags)


def on_each(kind: int, numbers: Iterable[int]) -> None:
    """Note that the page shows several things of a kind."""
    noted = _noted.get()
    if noted is not None:
        noted.update(number * _KINDS + kind for number in numbers)


@contextmanager
def collected() -> Iterator[set[Tag]]:
    """Collect what pages that are made within the block show."""
    tags: set[Tag] = set()
    token = _noted.set(tags)
    try:
        yield tags
    finally:
        _noted.reset(token)
