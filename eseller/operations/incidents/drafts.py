"""What may be told of an incident, as a draft that a person reads and changes. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from eseller.operations.incidents.states import Public

_TEXTS = {
    Public.INVESTIGATING: (
        "We see trouble with {what} and are looking for its cause. Orders that were placed are safe. "
        "We tell you more within {minutes} minutes."
    ),
    Public.IDENTIFIED: (
        "We know what causes the trouble with {what}: CAUSE. We are working on WHAT IS DONE. "
        "Until then, WHAT SHOPS AND SHOPPERS NOTICE."
    ),
    Public.MONITORING: "{What} should work again since TIME UTC. We watch it closely, and tell you when we are sure.",
    Public.RESOLVED: (
        "{What} worked again from TIME UTC on, and has done so since. No order was lost. "
        "We are writing down what happened and what we change; the report will be here."
    ),
    Public.POSTMORTEM: "The report of what happened, why, and what we change is published.",
}


def draft(public: Public, names: Sequence[str], minutes: int) -> str:
    """A text for a state.

    Args:
        public: the state.
        names: of the components that are concerned.
        minutes: until the next update.
    """
    what = " and ".join(names) if len(names) < 3 else f"{', '.join(names[:-1])} and {names[-1]}"
    what = what or "the platform"
    return _TEXTS[public].format(what=what, What=what[:1].upper() + what[1:], minutes=minutes)
