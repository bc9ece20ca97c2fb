"""How fast a shop is without any page cache: pages, cart, orders."""

import tempfile
from collections.abc import Callable, Iterator

import msgspec

from eseller.bench.openloop import steady
from eseller.bench.seed import SLUG
from eseller.bench.wrk import LUA, Load, run_wrk
from eseller.node.rehearsal import Running, in_platform, platform

HOST = f"{SLUG}.localhost"
BUYERS = 8
CONNECTIONS = 16


class Figure(msgspec.Struct, frozen=True):
    """One thing measured. ``wanted`` is the least (per second) or the most (milliseconds) that we want."""

    name: str
    value: float
    unit: str
    wanted: float
    errors: int
    load: Load

    @property
    def good(self) -> bool:
        """Whether it is as wanted, without an error."""
        within = self.value >= self.wanted if self.unit == "/s" else self.value < self.wanted
        return within and not self.errors


def measure(
    *, products: int, seconds: int, processes: int, threads: int, say: Callable[[str], None]
) -> Iterator[Figure]:
    """Start a platform, fill a shop, and yield figures as they are measured.

    Args:
        products: in the shop, three variants each.
        seconds: of load for each figure.
        processes: web processes.
        threads: of each.
        say: told what goes on.
    """
    say("starting a platform of its own")
    with platform(processes=processes, threads=threads, ESELLER_EDGE_MB="0") as running:
        say(f"filling a shop with {products} products")
        made = in_platform(running, "eseller.bench.seed", str(products))
        variants = made["variants"]
        if not isinstance(variants, list):
            raise TypeError("the seed told no variants")
        first, many = variants[0], len(variants)
        yield from _pages(running, products, seconds, say)
        yield from _orders(running, first, many, seconds, say)


def _pages(running: Running, products: int, seconds: int, say: Callable[[str], None]) -> Iterator[Figure]:
    paths = {
        "product page": tuple(f"/p/product-{number}" for number in range(0, products, max(1, products // 200))),
        "category page": tuple(f"/c/category-{number}" for number in range(10)),
        "search": tuple(
            f"/search?q={query}" for query in ("oak", "walnut+bowl", "linen+plate", "copper", "brasss", "olive+vase")
        ),
    }
    wanted = {"product page": 400, "category page": 250, "search": 200}
    for name, some in paths.items():
        say(name)
        _drive(running, 2, "listing.lua", some)  # warm: connections, prepared statements, templates
        load = _drive(running, seconds, "listing.lua", some)
        yield Figure(name, load.per_second, "/s", wanted[name], load.errors, load)
    say("product page at 100/s")
    path = paths["product page"][0]
    load = steady("127.0.0.1", running.port, path, header=HOST, rate=100, seconds=seconds)
    yield Figure("product page p99 at 100/s", load.p99_ms, "ms", 50, load.errors, load)


def _orders(running: Running, first: int, many: int, seconds: int, say: Callable[[str], None]) -> Iterator[Figure]:
    goods = (str(first), str(many))
    say("add to cart")
    load = _drive(running, seconds, "add.lua", goods)
    yield Figure("add to cart", load.per_second, "/s", 200, load.errors, load)
    with tempfile.NamedTemporaryFile("w", prefix="eseller-carts-") as file:
        say("filling carts")
        in_platform(running, "eseller.bench.carts", str(seconds * 250), file.name)
        say("place an order")
        load = _drive(running, seconds, "place.lua", (str(LUA), file.name), connections=BUYERS, threads=BUYERS)
    yield Figure("place an order", load.per_second, "/s", 60, load.errors, load)
    say("guest checkouts")
    load = _drive(running, seconds, "checkout.lua", (str(LUA), *goods), connections=BUYERS, threads=BUYERS)
    yield Figure("guest checkout", load.per_second, "/s", 30, load.errors, load)


def _drive(
    running: Running,
    seconds: int,
    script: str,
    arguments: tuple[str, ...],
    *,
    connections: int = CONNECTIONS,
    threads: int = 2,
) -> Load:
    return run_wrk(
        running.url,
        host=HOST,
        seconds=seconds,
        connections=connections,
        threads=threads,
        script=script,
        arguments=arguments,
    )

