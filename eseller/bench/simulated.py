"""Many processes of a platform, simulated by one: each has a port, its own shops, and figures that rise."""

from __future__ import annotations

import argparse
import asyncio
import json
import random

BOUNDS = ("0.005", "0.01", "0.025", "0.05", "0.1", "0.25", "0.5", "1.0", "2.5", "5.0", "+Inf")
SITES = ("storefront", "backoffice", "other")
PER_LOOK = 50
"""Requests of a site between two looks."""


class Node:
    """One simulated process.

    Args:
        number: of it; it decides which shops it tells of.
        shops: how many it tells of.
    """

    def __init__(self, number: int, shops: int) -> None:
        self._number, self._shops = number, shops
        self._requests, self._errors = 0, 0
        self._instance = f"{number:032x}"

    def health(self) -> bytes:
        """What it says of itself."""
        return json.dumps({
            "status": "pass", "serviceId": f"web.{self._number}", "releaseId": "0.1.0", "instance": self._instance,
            "checks": {"requests:waiting": [{"status": "pass", "observedValue": 0, "observedUnit": "requests"}]},
        }).encode()  # fmt: skip

    def metrics(self) -> bytes:
        """Its figures, which have risen since the last look."""
        self._requests += PER_LOOK
        self._errors += random.random() < 0.05  # noqa: S311 - not a secret
        lines = ["eseller_serving 1.0"]
        for site in SITES:
            lines.append(f'eseller_requests_total{{site="{site}",outcome="2xx"}} {self._requests}')
            lines.append(f'eseller_requests_total{{site="{site}",outcome="5xx"}} {self._errors}')
            lines += [f'eseller_request_seconds_bucket{{site="{site}",le="{le}"}} {self._requests}' for le in BOUNDS]
        first = self._number * self._shops
        for shop in range(first, first + self._shops):
            lines.append(f'eseller_shop_requests_total{{shop="shop-{shop}"}} {self._requests}')
            lines.append(f'eseller_shop_errors_total{{shop="shop-{shop}"}} {self._errors if shop == first else 0}')
        return "\n".join([*lines, "# EOF", ""]).encode()

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one request."""
        words = (await reader.readline()).split()
        while (await reader.readline()).strip():
            """The head."""
        body = self.metrics() if words[1:2] == [b"/metrics"] else self.health()
        writer.write(b"HTTP/1.0 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        await writer.drain()
        writer.close()


async def serve(base: int, nodes: int, shops: int) -> None:
    """Answer at ports from ``base`` on."""
    for number in range(nodes):
        await asyncio.start_server(Node(number, shops).answer, "127.0.0.1", base + number)
    print("ready", flush=True)  # noqa: T201 - who started us waits for it
    await asyncio.Event().wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    for name in ("base", "nodes", "shops"):
        parser.add_argument(name, type=int)
    given = parser.parse_args()
    asyncio.run(serve(given.base, given.nodes, given.shops))
