"""How components have done, computed from recorded impacts alone. Pure; days are those of UTC."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta

import msgspec

from eseller.operations.incidents.states import ComponentState, worst

DAYS = 90
_WEIGHTS = {ComponentState.MAJOR: 1.0, ComponentState.PARTIAL: 0.3}
"""So much of a minute in that state counts as a minute without service, as at Statuspage; degraded ones count none."""


class Span(msgspec.Struct, frozen=True):
    """An impact on a component.

    Attributes:
        state: how it did.
        began: when it began to.
        ended: when it no longer did; None: it still does.
    """

    state: ComponentState
    began: datetime
    ended: datetime | None


class Day(msgspec.Struct, frozen=True):
    """One day of a component.

    Attributes:
        day: which.
        state: the worst of it.
        seconds: in which it was not operational.
    """

    day: date
    state: ComponentState
    seconds: float


def days(spans: Sequence[Span], now: datetime, *, count: int = DAYS) -> list[Day]:
    """The last days, the oldest first, today last."""
    today = now.astimezone(UTC).date()
    return [_day(spans, today - timedelta(days=back), now) for back in reversed(range(count))]


def _day(spans: Sequence[Span], day: date, now: datetime) -> Day:
    begin = datetime.combine(day, time(0), UTC)
    end = min(begin + timedelta(days=1), now)
    parts = [part for span in spans if (part := _within(span, begin, end, now))]
    return Day(day, worst(span.state for span in parts), _covered(parts))


def uptime(spans: Sequence[Span], now: datetime, *, count: int = DAYS) -> float:
    """The share of the last days in which a component served, 0 to 1; at a moment the worst of its impacts counts."""
    begin = now - timedelta(days=count)
    parts = [part for span in spans if (part := _within(span, begin, now, now))]
    lost, seen = 0.0, list[Span]()
    for state, weight in _WEIGHTS.items():
        before = _covered(seen)
        seen += [part for part in parts if part.state is state]
        lost += weight * (_covered(seen) - before)
    return 1.0 - lost / (now - begin).total_seconds()


def _within(span: Span, begin: datetime, end: datetime, now: datetime) -> Span | None:
    first, last = max(span.began, begin), min(span.ended or now, end)
    return Span(span.state, first, last) if first < last else None


def _covered(spans: Iterable[Span]) -> float:
    """Seconds that at least one of some ended spans covers."""
    covered, until = 0.0, datetime.min.replace(tzinfo=UTC)
    for span in sorted(spans, key=lambda one: one.began):
        if span.ended is not None and span.ended > until:
            covered += (span.ended - max(span.began, until)).total_seconds()
            until = span.ended
    return covered
