"""Ask many processes at once over HTTP, each with a deadline; one that hangs holds up no other."""

from __future__ import annotations

import asyncio
import ssl

import msgspec

MOST_BYTES = 2 * 1024 * 1024
"""Of an answer: one process tells of some dozens of shops."""
MOST_AT_ONCE = 128


class Target(msgspec.Struct, frozen=True):
    """A process at its private port.

    Attributes:
        host: where.
        port: its port.
    """

    host: str
    port: int

    @property
    def name(self) -> str:
        """What it is called before it has told a name of its own."""
        return f"{self.host}:{self.port}"


class Answer(msgspec.Struct, frozen=True):
    """What came of a question.

    Attributes:
        status: of HTTP; 0: nothing came in time, or nothing that makes sense.
        body: what came.
        seconds: that it took.
    """

    status: int
    body: bytes = b""
    seconds: float = 0.0


async def ask_all(asked: list[tuple[Target, str]], *, seconds: float) -> list[Answer]:
    """Ask each target for a path; answers in the same order.

    Args:
        asked: targets and paths.
        seconds: for each answer, from its connection to its last byte.
    """
    turns = asyncio.Semaphore(MOST_AT_ONCE)

    async def one(target: Target, path: str) -> Answer:
        async with turns:
            return await ask(target, path, seconds=seconds)

    return await asyncio.gather(*(one(target, path) for target, path in asked))


async def ask(target: Target, path: str, *, seconds: float) -> Answer:
    """Ask one; see `ask_all`."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    try:
        async with asyncio.timeout(seconds):
            status, body = await exchange(target.host, target.port, target.host, path)
    except (OSError, TimeoutError, ValueError, EOFError):
        return Answer(0, seconds=loop.time() - began)
    return Answer(status, body, loop.time() - began)


async def exchange(
    at: str, port: int, host: str, path: str, *, secure: ssl.SSLContext | None = None
) -> tuple[int, bytes]:
    """Ask one by HTTP/1.0, so that the answer ends with the connection; returns status and body.

    Args:
        at: whom.
        port: where.
        host: whose page it is.
        path: of the page.
        secure: how it is made sure who answers; None: not at all.

    Raises:
        OSError, ValueError, EOFError: nothing came, or nothing that makes sense.
    """
    reader, writer = await asyncio.open_connection(at, port, limit=64 * 1024, ssl=secure)
    try:
        head = (f"GET {path} HTTP/1.0", f"Host: {host}", "User-Agent: eseller-watch", "Accept: */*", "", "")
        writer.write("\r\n".join(head).encode("ascii"))
        await writer.drain()
        words = (await reader.readline()).split(None, 2)
        if len(words) < 2 or not words[0].startswith(b"HTTP/1.") or not words[1].isdigit():
            raise ValueError("no answer of HTTP")
        while (await reader.readline()).strip():
            """The head tells nothing that is wanted."""
        body = await reader.read(MOST_BYTES + 1)
        while len(body) <= MOST_BYTES and (more := await reader.read(MOST_BYTES + 1 - len(body))):
            body += more
        if len(body) > MOST_BYTES:
            raise ValueError("the answer is too long")
        return int(words[1]), body
    finally:
        writer.close()
