"""The alerts that are open and the messages that must go out, in memory and in a file of lines on this machine.

Nothing here needs a database, and a file that can't be written holds up nothing: it is written as soon as it can be.
An alert's step and the messages that tell of it are one line, so that a crash keeps both or neither.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from eseller.kernel import lines
from eseller.kernel.errors import EsellerError
from eseller.operations.alerts import escalation, messages
from eseller.operations.alerts.escalation import DEFAULT, Aim, AimKind, Alert, Policy, Step
from eseller.operations.alerts.messages import Delivery, Message
from eseller.operations.watch.burn import Severity
from eseller.operations.watch.judge import Finding

log = logging.getLogger(__name__)
CLEAR_SECONDS = 30.0
"""Trouble that was not seen for so long is over."""
WATCH = "the watch"
PERSON_SECONDS = 120.0
"""For which the person whose trouble it is has it alone."""
MOST_BYTES, KEPT_CLOSED = 4 * 1024 * 1024, 1000


class NoSuchAlert(EsellerError):
    """There is no alert of that number."""

    code = "alert_unknown"
    status = 404


class Entry(msgspec.Struct, frozen=True):
    """A line of the file: alerts and messages as they are from then on."""

    alerts: tuple[Alert, ...] = ()
    messages: tuple[Message, ...] = ()


class Book:
    """Alerts and messages, for many threads.

    Args:
        path: file that it is kept in; what is there is taken up.
        policy: by which alerts go that no other one is for.
    """

    def __init__(self, path: Path, policy: Policy = DEFAULT) -> None:
        self._path, self._policy = path, policy
        self._policies: Mapping[str, Policy] = {}
        self._people: frozenset[str] = frozenset()
        self._lock = threading.RLock()
        self._alerts: dict[int, Alert] = {}
        self._messages: dict[int, Message] = {}
        self._times: dict[Aim, list[float]] = {}
        self._unsaved: list[Entry] = []
        self._most_bytes = MOST_BYTES
        for entry in lines.read(path, Entry):
            self._alerts |= {alert.number: alert for alert in entry.alerts}
            self._messages |= {message.number: message for message in entry.messages}
        for message in list(self._messages.values()):
            self._note_time(message.aim, message.next_at)
            if message.delivery is Delivery.SENDING:
                # Nobody knows what came of it. To be told twice is better than never.
                self._messages[message.number] = msgspec.structs.replace(message, delivery=Delivery.PENDING)
        self._open = {alert.finding.key: alert.number for alert in self._alerts.values() if not alert.is_over}
        self._numbers = max([0, *self._alerts, *self._messages])

    def use(self, policies: Mapping[str, Policy], people: Iterable[str] = ()) -> None:
        """Go by these policies from now on: an alert by the one of its component's name, else by ``default``.

        Args:
            policies: by name.
            people: who there is; one of them whose trouble it is is told before the policy's own steps.
        """
        with self._lock:
            self._policies, self._people = dict(policies), frozenset(people)
            self._policy = self._policies.get(DEFAULT.name, self._policy)

    def alerts(self) -> list[Alert]:
        """All that are known, the newest first."""
        with self._lock:
            return sorted(self._alerts.values(), key=lambda alert: -alert.number)

    def open(self) -> list[Alert]:
        """Those that are not closed, the newest first."""
        return [alert for alert in self.alerts() if not alert.is_over]

    def messages(self) -> list[Message]:
        """All that are known, the newest first."""
        with self._lock:
            return sorted(self._messages.values(), key=lambda message: -message.number)

    def observe(self, findings: Iterable[Finding], now: float) -> None:
        """Open an alert for what is new, note what goes on, and close what is over."""
        with self._lock:
            changed = []
            for finding in findings:
                number = self._open.get(finding.key)
                if number is None:
                    policy = self._first(finding, self._policies.get(finding.component, self._policy))
                    alert = escalation.opened(finding, policy, number=self._next(), now=now)
                    self._open[finding.key] = alert.number
                    changed.append(alert)
                else:
                    former = self._alerts[number]
                    alert = escalation.seen_again(former, finding, self._by(former), now)
                    if alert.finding.severity is not former.finding.severity:
                        changed.append(alert)
                self._alerts[alert.number] = alert
            over = [
                self._alerts[number] for number in self._open.values()
                if now - self._alerts[number].seen_at > CLEAR_SECONDS
            ]  # fmt: skip
            changed += [self._closed(alert, by=WATCH, now=now) for alert in over]
            self._keep(Entry(tuple(changed)))

    def acknowledge(self, number: int, *, by: str, now: float) -> Alert:
        """Take an alert; returns it as it is then, which tells a second one who was first.

        Raises:
            NoSuchAlert: there is none.
        """
        with self._lock:
            former = self._known(number)
            alert = escalation.acknowledged(former, self._by(former), by=by, now=now)
            if alert is not former:
                self._alerts[number] = alert
                self._keep(Entry((alert,)))
            return alert

    def close(self, number: int, *, by: str, now: float) -> Alert:
        """Close an alert; trouble that goes on opens another one.

        Raises:
            NoSuchAlert: there is none.
        """
        with self._lock:
            former = self._known(number)
            if former.is_over:
                return former
            alert = self._closed(former, by=by, now=now)
            self._keep(Entry((alert,)))
            return alert

    def escalate(self, now: float) -> None:
        """Take the steps that are due, and make the messages that tell of them."""
        with self._lock:
            stepped: dict[int, Alert] = {}
            made: dict[int, Message] = {}
            for number in list(self._open.values()):
                alert, step = escalation.due(self._alerts[number], self._by(self._alerts[number]), now)
                if step is None:
                    continue
                stepped[number] = self._alerts[number] = alert
                for aim in step.aims:
                    message = self._for(aim, alert, now)
                    made[message.number] = self._messages[message.number] = message
            self._keep(Entry(tuple(stepped.values()), tuple(made.values())))

    def next_message(self, now: float) -> Message | None:
        """Take the message that is to be sent now, if there is one; say afterwards what came of it."""
        with self._lock:
            waiting = [
                one for one in self._messages.values() if one.delivery is Delivery.PENDING and one.next_at <= now
            ]  # fmt: skip
            if not waiting:
                return None
            message = messages.begun(min(waiting, key=lambda one: (one.next_at, one.number)))
            self._put(message)
            return message

    def sent(self, number: int) -> None:
        """Note that a message was sent."""
        with self._lock:
            self._put(messages.delivered(self._messages[number]))

    def failed(self, number: int, error: str, now: float, done: tuple[str, ...] = ()) -> None:
        """Note that a message could not be sent, or by some ways only, so that it is tried again by the others."""
        with self._lock:
            self._put(messages.refused(self._messages[number], error, now, done))

    def send(self, aim: Aim, now: float) -> Message:
        """Make a message about nothing to somebody, to see whether it comes."""
        with self._lock:
            message = Message(number=self._next(), aim=aim, alerts=(), made_at=now, next_at=now)
            self._put(message)
            return message

    def move(self, seconds: float) -> None:
        """The clock was set: what is due in so long is due in so long all the same."""
        with self._lock:
            for alert in self.open():
                at = None if alert.next_at is None else alert.next_at + seconds
                moved = msgspec.structs.replace(alert, next_at=at, seen_at=alert.seen_at + seconds)
                self._alerts[alert.number] = moved
            for message in self._messages.values():
                if message.delivery is not Delivery.SENT:
                    moved_to = message.next_at + seconds
                    self._messages[message.number] = msgspec.structs.replace(message, next_at=moved_to)
            self._times = {aim: [at + seconds for at in times] for aim, times in self._times.items()}
            self._keep(Entry(tuple(self.open())))

    def catch_up(self) -> int:
        """Write what could not be written before; returns how many lines still wait for it."""
        with self._lock:
            self._keep(Entry())
            return len(self._unsaved)

    def _next(self) -> int:
        self._numbers += 1
        return self._numbers

    def _by(self, alert: Alert) -> Policy:
        """The policy of an alert; where it was taken out of the file, the one that is for all."""
        return self._first(alert.finding, self._policies.get(alert.policy, self._policy))

    def _first(self, finding: Finding, policy: Policy) -> Policy:
        """A policy with a step before its own: the person whose the trouble is."""
        if finding.who not in self._people:
            return policy
        step = Step((Aim(AimKind.PERSON, finding.who),), PERSON_SECONDS)
        return msgspec.structs.replace(policy, steps=(step, *policy.steps))

    def _known(self, number: int) -> Alert:
        alert = self._alerts.get(number)
        if alert is None:
            raise NoSuchAlert
        return alert

    def _closed(self, alert: Alert, *, by: str, now: float) -> Alert:
        over = self._alerts[alert.number] = escalation.closed(alert, by=by, now=now)
        self._open.pop(alert.finding.key, None)
        return over

    def _for(self, aim: Aim, alert: Alert, now: float) -> Message:
        """A message to somebody: the one that waits for its time already, or a new one, not too soon after the last."""
        urgent = alert.finding.severity is Severity.PAGE
        at = messages.not_before(self._times.get(aim, ()), now, urgent=urgent)
        waiting = next((one for one in self._messages.values() if one.takes(aim)), None)
        if waiting is None:
            self._note_time(aim, at)
            return Message(number=self._next(), aim=aim, alerts=(alert.number,), made_at=now, next_at=at)
        if at < waiting.next_at:
            self._times[aim] = [one for one in self._times.get(aim, ()) if one != waiting.next_at]
            self._note_time(aim, at)
            waiting = msgspec.structs.replace(waiting, next_at=at)
        return messages.with_one_more(waiting, alert.number)

    def _note_time(self, aim: Aim, at: float) -> None:
        """Remember when somebody gets a message, as far as later ones depend on it."""
        self._times[aim] = sorted((*self._times.get(aim, ()), at))[-messages.URGENT :]

    def _put(self, message: Message) -> None:
        self._messages[message.number] = message
        self._keep(Entry(messages=(message,)))

    def _keep(self, entry: Entry) -> None:
        """Write a line, and those that could not be written before it."""
        if entry.alerts or entry.messages:
            self._unsaved.append(entry)
        while self._unsaved:
            try:
                lines.append(self._path, self._unsaved[0])
            except OSError as error:
                log.warning("alerts are in memory only, %d lines of them: %s", len(self._unsaved), error)
                return
            del self._unsaved[0]
        if entry.alerts and self._path.stat().st_size > self._most_bytes:
            self._rewrite()

    def _rewrite(self) -> None:
        """Write the file anew, without what is over for long."""
        closed = [alert for alert in self.alerts() if alert.is_over][KEPT_CLOSED:]
        for alert in closed:
            del self._alerts[alert.number]
        self._messages = {
            number: message for number, message in self._messages.items()
            if message.delivery is not Delivery.SENT or self._alerts.keys() & set(message.alerts)
        }  # fmt: skip
        draft = self._path.with_suffix(".new")
        try:
            draft.unlink(missing_ok=True)
            lines.append(draft, Entry(tuple(self._alerts.values()), tuple(self._messages.values())))
            draft.replace(self._path)
            # What is kept may be long by itself; it is not written anew for each line.
            self._most_bytes = max(MOST_BYTES, 2 * self._path.stat().st_size)
        except OSError as error:
            log.warning("the book of alerts grows: it can't be written anew: %s", error)


