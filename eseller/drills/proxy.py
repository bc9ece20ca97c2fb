"""A TCP proxy whose manners can be changed while it runs: a server behind it seems slow, hung or gone."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from dataclasses import dataclass
from typing import Self

CHUNK = 65536
_LOOK_SECONDS = 0.01


@dataclass(frozen=True, kw_only=True)
class Manner:
    """How bytes go through.

    Attributes:
        delay: seconds that each answer is held back.
        piece: bytes that are passed on at a time, both ways; 1 with a pause drips.
        pause: seconds after each piece, both ways; with ``piece`` it limits the rate.
        hang: whether answers are held back until this ends.
    """

    delay: float = 0.0
    piece: int = CHUNK
    pause: float = 0.0
    hang: bool = False


PLAIN = Manner()


class Proxy:
    """Passes connections on to a server while its block lasts; ``port`` is where it listens on 127.0.0.1."""

    def __init__(self, host: str, port: int) -> None:
        self._target = host, port
        self._streams: set[asyncio.StreamWriter] = set()
        self._pumps: set[asyncio.Task[None]] = set()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), name="proxy", daemon=True)
        self.manner = PLAIN
        self.port = 0

    def __enter__(self) -> Self:
        self._thread.start()
        self._ready.wait()
        return self

    def __exit__(self, *_error: object) -> None:
        self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join()

    def cut(self) -> None:
        """Reset all connections; new ones are taken."""
        self._loop.call_soon_threadsafe(self._abort)

    async def _serve(self) -> None:
        self._loop, self._end = asyncio.get_running_loop(), asyncio.Event()
        server = await asyncio.start_server(self._connect, "127.0.0.1", 0, limit=CHUNK)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._end.wait()
        server.close()
        self._abort()
        for pump in self._pumps:
            pump.cancel()
        await asyncio.gather(*self._pumps, return_exceptions=True)

    async def _connect(self, asker: asyncio.StreamReader, to_asker: asyncio.StreamWriter) -> None:
        try:
            server, to_server = await asyncio.open_connection(*self._target, limit=CHUNK)
        except OSError:
            to_asker.transport.abort()
            return
        self._streams |= {to_asker, to_server}
        for pump in (self._pump(asker, to_server, answers=False), self._pump(server, to_asker, answers=True)):
            task = asyncio.create_task(pump)
            self._pumps.add(task)
            task.add_done_callback(self._pumps.discard)

    async def _pump(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, *, answers: bool) -> None:
        with contextlib.suppress(ConnectionError):
            while chunk := await source.read(CHUNK):
                if answers:
                    await self._hold_back()
                await self._pass_on(chunk, sink)
        self._streams.discard(sink)
        sink.close()

    async def _hold_back(self) -> None:
        await asyncio.sleep(self.manner.delay)
        while self.manner.hang:
            await asyncio.sleep(_LOOK_SECONDS)

    async def _pass_on(self, chunk: bytes, sink: asyncio.StreamWriter) -> None:
        while chunk:
            manner = self.manner
            sink.write(chunk[: manner.piece])
            chunk = chunk[manner.piece :]
            await sink.drain()
            await asyncio.sleep(manner.pause)

    def _abort(self) -> None:
        for stream in self._streams:
            stream.transport.abort()
        self._streams.clear()
