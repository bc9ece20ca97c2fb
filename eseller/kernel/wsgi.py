"""What the layers before Django share: types of WSGI (PEP 3333), and an answer that says when it is over."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]


class Ending:
    """An answer that is over when the server closes it, or lets go of it, as after an error of its own.

    Args:
        answer: What is sent.
        ended: Called once, then.
    """

    def __init__(self, answer: Iterable[bytes], ended: Callable[[], object]) -> None:
        self._answer, self._ended = answer, ended
        self._open = True

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._answer)

    def close(self) -> None:
        """Close the answer."""
        if not self._open:
            return
        self._open = False
        try:
            close = getattr(self._answer, "close", None)
            if close is not None:
                close()
        finally:
            self._ended()

    __del__ = close
