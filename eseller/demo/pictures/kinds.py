"""The register of kinds: what can be drawn, and how a drawing function is called."""

from collections.abc import Callable
from random import Random
from typing import NamedTuple

from eseller.demo.pictures.colour import Colour
from eseller.demo.pictures.stage import Stage


class Spot(NamedTuple):
    """Where a thing stands: centre and ground in pixels, and the pixels of one unit."""

    x: float
    base: float
    unit: float


class Look(NamedTuple):
    """How one thing looks: its colour, its kind's parameters and its own chance."""

    colour: Colour
    params: dict[str, str]
    random: Random

    def choose(self, name: str, default: str) -> str:
        """Give a parameter or its default."""
        return self.params.get(name, default)


Drawer = Callable[[Stage, Spot, Look], None]


class Kind(NamedTuple):
    """A drawing function; ``flat`` things are seen from above, small ones are shown larger by ``zoom``."""

    draw: Drawer
    flat: bool
    colour: int
    zoom: float


KINDS: dict[str, Kind] = {}


def kind(*names: str, flat: bool = False, colour: int = 0, zoom: float = 1.0) -> Callable[[Drawer], Drawer]:
    """Register a drawing function under names.

    Args:
        names: what products call it.
        flat: whether it lies on a surface seen from above.
        zoom: how much larger than life it is shown on its own.
        colour: the accent of the palette that it takes when nothing names a colour.
    """

    def register(draw: Drawer) -> Drawer:
        for name in names:
            KINDS[name] = Kind(draw, flat, colour, zoom)
        return draw

    return register
