"""Messages that must reach somebody: what is in them, and when each is tried. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from enum import StrEnum

import msgspec

from eseller.operations.alerts.escalation import Aim

APART_SECONDS = 30.0
"""Between two messages to the same one; what comes meanwhile is in the second."""
URGENT = 3
"""So many messages in that time may come at once, when they tell of what can't wait."""
FIRST_RETRY, LONGEST_RETRY = 5.0, 300.0
MOST_NAMED = 20


class Delivery(StrEnum):
    """Where a message is."""

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """One message. Times are seconds since 1970.

    Attributes:
        number: of it, never given twice; a receiver may know by it that it has it already.
        aim: whom it is for.
        alerts: numbers of the alerts that it tells of, in the order in which they came.
        made_at: when it was made.
        delivery: where it is.
        tries: how many times it was begun to be sent.
        next_at: when it is to be tried, while it is pending.
        error: why the last try failed.
        done: ways by which it has come already, by the names that `way` gives them.
    """

    number: int
    aim: Aim
    alerts: tuple[int, ...]
    made_at: float
    delivery: Delivery = Delivery.PENDING
    tries: int = 0
    next_at: float = 0.0
    error: str = ""
    done: tuple[str, ...] = ()

    def takes(self, aim: Aim) -> bool:
        """Whether another alert for the same one can still go with it: nobody sends it yet, and it is no test."""
        return self.aim == aim and self.delivery is Delivery.PENDING and self.tries == 0 and bool(self.alerts)


def not_before(times: Sequence[float], now: float, *, urgent: bool) -> float:
    """When somebody may get a message, who got, or will get, others at these times.

    Args:
        times: of the last ones, in order; seconds since 1970.
        now: seconds since 1970.
        urgent: whether it tells of what can't wait.
    """
    if urgent and sum(now - at < APART_SECONDS for at in times) < URGENT:
        return now
    return max(now, *(at + APART_SECONDS for at in times)) if times else now


def with_one_more(message: Message, alert: int) -> Message:
    """The message, telling of one more alert; of the same one twice it tells once."""
    return msgspec.structs.replace(message, alerts=tuple(dict.fromkeys((*message.alerts, alert))))


def begun(message: Message) -> Message:
    """The message, as it is being sent."""
    return msgspec.structs.replace(message, delivery=Delivery.SENDING, tries=message.tries + 1)


def delivered(message: Message) -> Message:
    """The message, when it was taken by whoever brings it."""
    return msgspec.structs.replace(message, delivery=Delivery.SENT, error="")


def way(url: str) -> str:
    """A name for one of Apprise's addresses, by which it is known again and which tells nothing of what is in it."""
    return hashlib.sha256(url.encode()).hexdigest()[:16]


def refused(message: Message, error: str, now: float, done: tuple[str, ...] = ()) -> Message:
    """The message, to be tried again ever later: never given up, since nobody would know.

    Args:
        message: it.
        error: why it did not come by all ways.
        now: seconds since 1970.
        done: ways by which it did come; they are not used again.
    """
    wait = min(LONGEST_RETRY, FIRST_RETRY * 2 ** min(20, message.tries - 1))
    return msgspec.structs.replace(
        message, delivery=Delivery.PENDING, error=error[:300], next_at=now + wait,
        done=tuple(dict.fromkeys((*message.done, *done))),
    )  # fmt: skip


def subject(titles: list[str]) -> str:
    """What a message is called, by what its alerts are called: the first, and how many more."""
    first = " ".join(titles[0].split())[:150] if titles else "Nothing"
    return first if len(titles) < 2 else f"{first} (and {len(titles) - 1} more)"
