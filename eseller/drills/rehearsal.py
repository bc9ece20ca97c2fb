"""What drills work on: a platform with the demo in it, its shops, and an administrator's hand."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import psycopg

from eseller.cluster.layout import ClusterLayout
from eseller.drills.shopping import Visit
from eseller.node.rehearsal import Running, in_platform, platform

Say = Callable[[str], None]
DATABASE = "eseller"


class DemoShop(msgspec.Struct, frozen=True):
    """A shop of the demo: slugs of products and categories, and a variant of which there is plenty."""

    id: int
    host: str
    products: tuple[str, ...]
    categories: tuple[str, ...]
    variant: int

    def visits(self) -> list[Visit]:
        """Return pages that everybody sees."""
        paths = ["/", "/search?q=a", *(f"/p/{slug}" for slug in self.products)]
        paths += [f"/c/{slug}" for slug in self.categories]
        return [Visit(self.host, path) for path in paths]


class Stage(msgspec.Struct, frozen=True):
    """A running platform, its shops, and a connection that may do anything."""

    running: Running
    shops: tuple[DemoShop, ...]
    hand: Any

    def do(self, sql: str, values: Any = None) -> list[tuple[Any, ...]]:
        """Do what somebody does in psql who may do anything."""
        cursor = self.hand.execute(sql, values)
        return list(cursor.fetchall()) if cursor.description else []


@contextmanager
def stage(say: Say, **settings: str) -> Iterator[Stage]:
    """Start a platform of the drill's own, fill it with the demo, and take it all away afterwards.

    Args:
        say: told what goes on.
        settings: of the platform, by variable.
    """
    say("starting a platform of its own")
    with platform(processes=2, threads=4, command=("up",), around=None, **settings) as running:
        say("filling it with the demo")
        told = in_platform(running, "eseller.drills.filling")
        shops = msgspec.convert(told["shops"], tuple[DemoShop, ...])
        layout = ClusterLayout.inside(Path(running.environment["ESELLER_DATA"]))
        with psycopg.connect(layout.admin_address().at(DATABASE).url, autocommit=True) as hand:
            yield Stage(running, shops, hand)
