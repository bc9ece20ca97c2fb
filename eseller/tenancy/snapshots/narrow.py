"""Find which of many differences pages fail over, so that the others need not wait for it. Pure."""

from collections.abc import Callable, Sequence

from eseller.tenancy.snapshots.gather import Difference, Parts, applied


def narrow(
    base: Parts, some: Sequence[Difference], works: Callable[[Parts], bool]
) -> tuple[Parts, list[Difference]]:
    """Return the state with all differences that pages can be shown with, and those that they fail over.

    Each that fails costs about twice as many trials as the number of differences has binary digits.

    Args:
        base: a state that works.
        some: differences that don't work together.
        works: tries a state.
    """
    if len(some) == 1:
        return base, list(some)
    held: list[Difference] = []
    for half in (some[: len(some) // 2], some[len(some) // 2 :]):
        state = applied(base, half)
        if works(state):
            base = state
        else:
            base, failed = narrow(base, half, works)
            held += failed
    return base, held
