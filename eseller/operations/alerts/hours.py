"""Working hours, and who is on call. Pure: by the clock of a time zone, through its changes of summer and winter."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import msgspec

MOST_DAYS = 14
"""Within which hours that ever open open again."""


class Hours(msgspec.Struct, frozen=True):
    """Hours of some days of the week.

    Attributes:
        zone: by whose clock.
        days: of the week, Monday is 0; at least one.
        begin: when they open.
        end: when they close, later than that on the same day.
    """

    zone: str
    days: frozenset[int] = frozenset(range(5))
    begin: time = time(8)
    end: time = time(17)

    def is_open(self, at: float) -> bool:
        """Whether it is within these hours, at seconds since 1970."""
        local = datetime.fromtimestamp(at, ZoneInfo(self.zone))
        return local.weekday() in self.days and self.begin <= local.time() < self.end

    def next_open(self, at: float) -> float:
        """The first moment from then on that is within these hours, both in seconds since 1970.

        Raises:
            ValueError: they never open.
        """
        if self.is_open(at):
            return at
        zone = ZoneInfo(self.zone)
        today = datetime.fromtimestamp(at, zone).date()
        for days in range(MOST_DAYS):
            day = today + timedelta(days=days)
            begins = datetime.combine(day, self.begin, zone).timestamp()
            if day.weekday() in self.days and begins > at:
                return begins
        raise ValueError("these hours never open")


class Rotation(msgspec.Struct, frozen=True):
    """People who take turns.

    Attributes:
        people: in order; at least one.
        zone: by whose clock they change.
        start: when the first of them begins, by that clock.
        days: of a turn, at least one.
    """

    people: tuple[str, ...]
    zone: str
    start: datetime
    days: int = 7

    def on_call(self, at: float) -> str | None:
        """Who has the turn at seconds since 1970; nobody before it has begun.

        Turns change at the same hour by the clock on the wall, also in weeks in which summer begins or ends.
        """
        local = datetime.fromtimestamp(at, ZoneInfo(self.zone)).replace(tzinfo=None)
        since = local - self.start
        return None if since < timedelta() else self.people[since // timedelta(days=self.days) % len(self.people)]


class Override(msgspec.Struct, frozen=True):
    """For some time another one is on call, or somebody is not.

    Attributes:
        start: seconds since 1970.
        end: the same, exclusive.
        add: who is on call besides; empty: nobody.
        remove: who is not; empty: nobody.
    """

    start: float
    end: float
    add: str = ""
    remove: str = ""


class Schedule(msgspec.Struct, frozen=True):
    """Who is on call.

    Attributes:
        name: of it.
        rotations: of which each gives one person.
        overrides: in the order in which they were made; the last word counts.
    """

    name: str
    rotations: tuple[Rotation, ...]
    overrides: tuple[Override, ...] = ()

    def on_call(self, at: float) -> tuple[str, ...]:
        """Who is on call at seconds since 1970, each once; nobody: an empty tuple, and whoever asks must go on."""
        people = dict.fromkeys(who for rotation in self.rotations if (who := rotation.on_call(at)) is not None)
        for override in self.overrides:
            if override.start <= at < override.end:
                people.pop(override.remove, None)
                if override.add:
                    people[override.add] = None
        return tuple(people)


def moment(text: str) -> float:
    """Read an ISO 8601 moment with its offset; seconds since 1970.

    Raises:
        ValueError: it is none, or has no offset: nobody could tell when it is.
    """
    read = datetime.fromisoformat(text)
    if read.tzinfo is None:
        raise ValueError("a moment needs an offset, such as +01:00")
    return read.astimezone(UTC).timestamp()
