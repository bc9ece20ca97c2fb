"""Who acts, for which shop, in which request: set at the border, read everywhere, written to history."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import msgspec


class Context(msgspec.Struct, frozen=True):
    """The circumstances of the present work. ``actor`` is ``member:7``, ``customer:9``, ``job:expire`` and the like."""

    shop_id: int | None = None
    actor: str = ""
    request_id: str = ""


_current: ContextVar[Context] = ContextVar("eseller_context", default=Context())  # noqa: B039  (frozen)


def current() -> Context:
    """Return the present context."""
    return _current.get()


@contextmanager
def use(*, shop_id: int | None = None, actor: str | None = None, request_id: str | None = None) -> Iterator[Context]:
    """Run a block with parts of the context replaced."""
    before = _current.get()
    after = Context(
        shop_id=before.shop_id if shop_id is None else shop_id,
        actor=before.actor if actor is None else actor,
        request_id=before.request_id if request_id is None else request_id,
    )
    token = _current.set(after)
    try:
        yield after
    finally:
        _current.reset(token)
