"""A small bar chart as figures for an SVG: attributes only, no style. Pure."""

from collections.abc import Sequence

import msgspec

WIDTH = 600
HEIGHT = 120
GAP = 4


class Bar(msgspec.Struct, frozen=True):
    """A bar in the coordinates of the drawing."""

    x: float
    y: float
    width: float
    height: float


def bars(values: Sequence[int]) -> list[Bar]:
    """Return a bar for each value, the highest as high as the drawing; nought gives a hair's breadth."""
    top = max([*values, 1])
    step = WIDTH / max(len(values), 1)
    return [
        Bar(
            x=round(index * step + GAP / 2, 2),
            y=round(HEIGHT - max(value * HEIGHT / top, 1), 2),
            width=round(step - GAP, 2),
            height=round(max(value * HEIGHT / top, 1), 2),
        )
        for index, value in enumerate(values)
    ]
