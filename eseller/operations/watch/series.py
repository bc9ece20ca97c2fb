"""How much was good and how much bad in the last minutes, hours and days, in little memory. Pure."""

from __future__ import annotations

from array import array

import msgspec


class Count(msgspec.Struct, frozen=True):
    """Events in a span of time."""

    good: float = 0.0
    bad: float = 0.0

    @property
    def total(self) -> float:
        """All of them."""
        return self.good + self.bad

    @property
    def bad_share(self) -> float:
        """The bad ones' share, 0 to 1; 0 of none."""
        return self.bad / self.total if self.total else 0.0


class Ring:
    """Counts in slots of equal length; the oldest is overwritten by the newest.

    Args:
        slot_seconds: length of a slot.
        slots: how many are kept.
    """

    def __init__(self, slot_seconds: float, slots: int) -> None:
        self._slot_seconds, self._slots = slot_seconds, slots
        self._good, self._bad = array("f", bytes(4 * slots)), array("f", bytes(4 * slots))
        self._newest = -1

    @property
    def seconds(self) -> float:
        """For how long events are remembered."""
        return self._slots * self._slot_seconds

    def add(self, now: float, good: float, bad: float) -> None:
        """Count events that have happened now, by a clock that never goes back."""
        number = self._forward(now)
        self._good[number % self._slots] += good
        self._bad[number % self._slots] += bad

    def over(self, now: float, seconds: float) -> Count:
        """What was counted in the last so many seconds, rounded up to whole slots; at most what is kept."""
        number = self._forward(now)
        wanted = min(self._slots, max(1, round(seconds / self._slot_seconds)))
        places = [(number - back) % self._slots for back in range(wanted)]
        return Count(sum(self._good[place] for place in places), sum(self._bad[place] for place in places))

    def _forward(self, now: float) -> int:
        """Go to the slot of now, and empty those that were passed by."""
        number = max(int(now / self._slot_seconds), self._newest)
        if self._newest >= 0:
            for passed in range(max(self._newest, number - self._slots) + 1, number + 1):
                self._good[passed % self._slots] = self._bad[passed % self._slots] = 0.0
        self._newest = number
        return number


class Series:
    """Counts of one thing: fine for the last hour, coarse for the last three days.

    Args:
        long: whether days are kept; shops have hours alone.
    """

    def __init__(self, *, long: bool) -> None:
        self._fine = Ring(10.0, 360 if long else 30)
        self._coarse = Ring(300.0, 864 if long else 12)

    def add(self, now: float, good: float, bad: float) -> None:
        """Count events that have happened now."""
        self._fine.add(now, good, bad)
        self._coarse.add(now, good, bad)

    def over(self, now: float, seconds: float) -> Count:
        """What was counted in the last so many seconds."""
        return (self._fine if seconds <= self._fine.seconds else self._coarse).over(now, seconds)


class Rise:
    """Turns counters that only rise, and begin anew with each process, into what was added since the last look."""

    def __init__(self) -> None:
        self._last: dict[tuple[str, str], tuple[str, float]] = {}

    def since(self, source: str, name: str, instance: str, value: float) -> float:
        """Return what was added since the last look; of a counter that was never seen, nothing.

        A process that began anew has added all that it tells.

        Args:
            source: who tells.
            name: of the counter.
            instance: of the process.
            value: of the counter.
        """
        former = self._last.get((source, name))
        self._last[source, name] = (instance, value)
        if former is None:
            return 0.0
        same = former[0] == instance and value >= former[1]
        return value - former[1] if same else value

    def forget(self, source: str) -> None:
        """Forget a source that is there no more."""
        self._last = {key: value for key, value in self._last.items() if key[0] != source}
