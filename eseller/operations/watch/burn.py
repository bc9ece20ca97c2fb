"""Whether an error budget is used up too fast (Site Reliability Workbook, chapter 5, multi-window alerts). Pure.

A long window tells that it matters, a short one that it still goes on.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

import msgspec

from eseller.operations.watch.series import Count


class Severity(StrEnum):
    """How soon somebody must look: at once, or on the next working day."""

    PAGE = "page"
    TICKET = "ticket"


class Window(msgspec.Struct, frozen=True):
    """A pair of windows.

    Attributes:
        rate: so many times the budget's even use.
        long: seconds of the long window.
        short: of the short one.
        severity: what follows.
    """

    rate: float
    long: float
    short: float
    severity: Severity


class Burn(msgspec.Struct, frozen=True):
    """What burns: the window that says so, and what was counted in both of its parts."""

    window: Window
    long: Count
    short: Count


_MINUTE, _HOUR, _DAY = 60.0, 3600.0, 86400.0
COMPONENT = (
    Window(14.4, _HOUR, 5 * _MINUTE, Severity.PAGE),
    Window(6.0, 6 * _HOUR, 30 * _MINUTE, Severity.PAGE),
    Window(1.0, 3 * _DAY, 6 * _HOUR, Severity.TICKET),
)
SHOP = (Window(14.4, _HOUR, 5 * _MINUTE, Severity.PAGE),)
SUDDEN = Window(100.0, 30.0, 10.0, Severity.PAGE)
"""Of all components besides: what fails all at once is not waited for until it has used an hour's budget."""


def burning(
    over: Callable[[float], Count], windows: tuple[Window, ...], *, objective: float, least: float
) -> Burn | None:
    """Return the first window in whose both parts the budget burns too fast.

    Args:
        over: what was counted in the last so many seconds.
        windows: the most urgent first.
        objective: share of requests that shall be good, such as 0.999.
        least: bad events in the short part below which it is chance.
    """
    budget = 1.0 - objective
    for window in windows:
        long, short = over(window.long), over(window.short)
        if short.bad >= least and min(long.bad_share, short.bad_share) >= min(1.0, window.rate * budget):
            return Burn(window, long, short)
    return None
