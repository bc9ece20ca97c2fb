"""Figures over time as small pictures of lines (SVG), with what they say in words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec

from eseller.operations.watch.history import Line, Point

WIDTH, HEIGHT = 480, 80
GAP = 4
LATELY = 40
"""Points of the scale of hours that are about the last hour."""


class Chart(msgspec.Struct, frozen=True, kw_only=True):
    """A figure, ready to be drawn.

    Attributes:
        name: of the figure.
        line: path of its mean, in a box of ``WIDTH`` by ``HEIGHT``.
        area: path of what lies under it.
        latest, highest: the last mean, and the highest value; None: nothing was measured.
        begins: when it begins.
    """

    name: str
    line: str
    area: str
    latest: float | None
    highest: float | None
    begins: datetime


def chart(told: Line, *, last: int = 0) -> Chart:
    """Draw a figure: a line where it was measured, and a gap where it was not.

    Args:
        told: the figure.
        last: only so many points; 0: all.
    """
    if last and len(told.points) > last:
        begins = told.begins + told.step * (len(told.points) - last)
        told = msgspec.structs.replace(told, begins=begins, points=told.points[-last:])
    known = [point for point in told.points if point is not None]
    highest = max((point.peak for point in known), default=None)
    top = max(highest or 0.0, 1e-9)
    line, area = [], []
    for run in _runs(told.points):
        places = [(_x(number, len(told.points)), _y(point.mean, top)) for number, point in run]
        path = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in places)
        line.append(path if len(places) > 1 else f"{path}h1")
        area.append(f"{path}L{places[-1][0]:.1f} {HEIGHT}L{places[0][0]:.1f} {HEIGHT}Z")
    return Chart(
        name=told.name, line="".join(line), area="".join(area), latest=known[-1].mean if known else None,
        highest=highest, begins=datetime.fromtimestamp(told.begins, UTC),
    )  # fmt: skip


def _runs(points: Sequence[Point | None]) -> list[list[tuple[int, Point]]]:
    """Stretches without a gap; a short gap, as of a restart, is bridged."""
    found: list[list[tuple[int, Point]]] = []
    for number, point in enumerate(points):
        if point is None:
            continue
        if found and number - found[-1][-1][0] <= GAP:
            found[-1].append((number, point))
        else:
            found.append([(number, point)])
    return found


def _x(number: int, count: int) -> float:
    return WIDTH * number / max(1, count - 1)


def _y(value: float, top: float) -> float:
    return HEIGHT - (HEIGHT - 4) * max(0.0, min(1.0, value / top))
