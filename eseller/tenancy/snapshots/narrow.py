"""Find which of many differences pages fail over, so that the others need not wait for it. Pure."""

from collections.abc import Callable, Sequence

from eseller.tenancy.snapshots.gather import Difference, Parts, applied

Held = list[tuple[Difference, str]]
"""Differences that pages fail over, and how they fail."""


def narrow(
    base: Parts,
    some: Sequence[Difference],
    fault: str,
    fault_of: Callable[[Parts], str],
    is_late: Callable[[], bool] = lambda: False,
) -> tuple[Parts, Held]:
    """Return the state with all differences that pages can be shown with, and those that they fail over.

    Each that fails costs about twice as many trials as the number of differences has binary digits.

    Args:
        base: a state that works.
        some: differences that don't work together; at least one.
        fault: what is wrong with them together.
        fault_of: tries a state and returns what is wrong with it; nothing where it works.
        is_late: whether to leave the rest for another time; it is in neither then.
    """
    if len(some) == 1:
        return base, [(some[0], fault)]
    held: Held = []
    for half in (some[: len(some) // 2], some[len(some) // 2 :]):
        if is_late():
            break
        state = applied(base, half)
        found = fault_of(state)
        if found:
            base, failed = narrow(base, half, found, fault_of, is_late)
            held += failed
        else:
            base = state
    return base, held
