"""Figures of a year on a small disk: one file of fixed size for each, as RRDtool keeps them.

Each file holds the same figure at three scales: ten seconds for six hours, two minutes for a week, an hour for a year.
A slot knows which span of time it is of, so nothing has to be cleared when a ring begins anew, and what was not
measured is missing and not zero.
"""

from __future__ import annotations

import logging
import struct
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import quote, unquote

import msgspec

log = logging.getLogger(__name__)
_SLOT = struct.Struct("<IIdf")
MOST_SERIES = 200
"""Each is 320 kB: 64 MB in all at most."""


class Scale(msgspec.Struct, frozen=True):
    """One of the spans for which figures are kept.

    Attributes:
        name: of it.
        step: seconds that a slot is of.
        slots: how many there are.
    """

    name: str
    step: int
    slots: int


SCALES = (Scale("hours", 10, 2160), Scale("week", 120, 5040), Scale("year", 3600, 8784))
_BEFORE = {
    scale.name: sum(other.slots for other in SCALES[:number]) * _SLOT.size for number, scale in enumerate(SCALES)
}
_SIZE = sum(scale.slots for scale in SCALES) * _SLOT.size


class Point(msgspec.Struct, frozen=True, array_like=True):
    """A figure in one span of time: its mean and its highest value."""

    mean: float
    peak: float


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A figure over time.

    Attributes:
        name: of it.
        begins: seconds since 1970.
        step: seconds between two points.
        points: in order; None where nothing was measured.
    """

    name: str
    begins: int
    step: int
    points: tuple[Point | None, ...]


class _Slot(msgspec.Struct):
    index: int
    count: int = 0
    total: float = 0.0
    peak: float = 0.0

    def add(self, value: float) -> None:
        self.peak = value if self.count == 0 else max(self.peak, value)
        self.count, self.total = self.count + 1, self.total + value

    def packed(self) -> bytes:
        return _SLOT.pack(self.index, self.count, self.total, self.peak)


class Series:
    """One figure.

    Args:
        path: of its file, made where it is missing.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._now: dict[str, _Slot] = {}
        if not path.exists() or path.stat().st_size != _SIZE:
            with path.open("wb") as file:
                file.truncate(_SIZE)

    def add(self, at: float, value: float) -> None:
        """Note what was measured."""
        if value != value or abs(value) > 1e30:
            return
        for scale in SCALES:
            index = int(at) // scale.step
            slot = self._now.get(scale.name)
            if slot is None or slot.index != index:
                if slot is not None:
                    self._write(scale, slot)
                # After a restart the span that is not over goes on.
                self._now[scale.name] = slot = self._read(scale, index)
            slot.add(value)

    def flush(self) -> None:
        """Write what is not over yet, so that a restart loses seconds."""
        for scale in SCALES:
            if (slot := self._now.get(scale.name)) is not None:
                self._write(scale, slot)

    def points(self, scale: Scale, at: float) -> Iterator[Point | None]:
        """All of a scale up to a moment, the oldest first."""
        with self._path.open("rb") as file:
            file.seek(_BEFORE[scale.name])
            kept = file.read(scale.slots * _SLOT.size)
        last, now = int(at) // scale.step, self._now.get(scale.name)
        for index in range(last - scale.slots + 1, last + 1):
            if now is not None and now.index == index:
                yield Point(now.total / now.count, now.peak)
                continue
            told, count, total, peak = _SLOT.unpack_from(kept, (index % scale.slots) * _SLOT.size)
            yield Point(total / count, peak) if told == index and count else None

    def _read(self, scale: Scale, index: int) -> _Slot:
        with self._path.open("rb") as file:
            file.seek(_BEFORE[scale.name] + (index % scale.slots) * _SLOT.size)
            told, count, total, peak = _SLOT.unpack(file.read(_SLOT.size))
        return _Slot(index, count, total, peak) if told == index else _Slot(index)

    def _write(self, scale: Scale, slot: _Slot) -> None:
        with self._path.open("r+b") as file:
            file.seek(_BEFORE[scale.name] + (slot.index % scale.slots) * _SLOT.size)
            file.write(slot.packed())


class History:
    """All figures. A disk that is full or broken costs history and nothing else.

    Args:
        folder: of the files.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._series: dict[str, Series] = {}
        self._failed = False

    def note(self, at: float, values: Mapping[str, float], *, flush: bool = False) -> None:
        """Note what was measured at some seconds since 1970."""
        try:
            for name, value in values.items():
                if (series := self._of(name)) is not None:
                    series.add(at, value)
                    if flush:
                        series.flush()
            self._failed = False
        except OSError as error:
            if not self._failed:
                log.warning("history can't be written; the watch goes on without it: %s", error)
            self._failed = True
            # They are made anew when the disk is back.
            self._series.clear()

    def lines(self, scale: Scale, at: float, *, most: int = 240) -> list[Line]:
        """All figures over a scale, each with so many points at most."""
        found = []
        for name in self.names():
            try:
                points = list(Series(self._path(name)).points(scale, at) if name not in self._series
                              else self._series[name].points(scale, at))  # fmt: skip
            except (OSError, struct.error):
                continue
            group = -(-len(points) // most)
            merged = tuple(_merged(points[number : number + group]) for number in range(0, len(points), group))
            begins = (int(at) // scale.step - scale.slots + 1) * scale.step
            found.append(Line(name=name, begins=begins, step=scale.step * group, points=merged))
        return found

    def names(self) -> list[str]:
        """Which figures there are."""
        try:
            return sorted(unquote(path.stem) for path in self._folder.glob("*.ring"))
        except OSError:
            return sorted(self._series)

    def _of(self, name: str) -> Series | None:
        if name not in self._series:
            if len(self._series) >= MOST_SERIES:
                return None
            self._folder.mkdir(mode=0o700, exist_ok=True)
            self._series[name] = Series(self._path(name))
        return self._series[name]

    def _path(self, name: str) -> Path:
        return self._folder / f"{quote(name[:100], safe=' ')}.ring"


def _merged(points: list[Point | None]) -> Point | None:
    known = [point for point in points if point is not None]
    if not known:
        return None
    return Point(sum(one.mean for one in known) / len(known), max(one.peak for one in known))
