"""Control calls: what a process does when it is told to, by whom, and where that is written down.

A further verb is a function here or elsewhere with ``@verb("name", Arguments)`` before it.
"""

from __future__ import annotations

import contextlib
import logging
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import msgspec

from eseller.kernel.errors import EsellerError
from eseller.node.health import State
from eseller.node.journal import Journal
from eseller.resilience.control.calling import call
from eseller.resilience.control.errors import TooMany
from eseller.resilience.control.signing import Gate, Key

__all__ = ["MOST_BYTES", "BadCall", "Call", "Control", "Missing", "call", "verb"]

log = logging.getLogger(__name__)

MOST_BYTES = 64 * 1024
AT_ONCE = 2
"""Calls that are done at the same time; further ones are refused."""
_SHOWN: Final = 80


class BadCall(EsellerError):
    """The call does not say what it must. Its body is a JSON object with the verb's arguments."""

    code = "bad_call"
    status = 422


class UnknownVerb(EsellerError):
    """There is no such verb."""

    code = "unknown_verb"
    status = 404


class Missing(EsellerError):
    """This process can't do that."""

    code = "not_here"
    status = 409


class Nothing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A verb that takes no arguments."""


class Call(msgspec.Struct, frozen=True):
    """A call that was let through: at which process, with what, and by whom, as history writes it."""

    process: State
    arguments: Any
    by: str


class Verb(msgspec.Struct, frozen=True):
    """Something that a process can be told to do."""

    takes: type[msgspec.Struct]
    run: Callable[[Call], Mapping[str, Any]]


VERBS: dict[str, Verb] = {}


def verb(
    name: str, takes: type[msgspec.Struct] = Nothing
) -> Callable[[Callable[[Call], Mapping[str, Any]]], Callable[[Call], Mapping[str, Any]]]:
    """Make a function what a process does when it is told this; it returns what is answered.

    Args:
        name: what it is called in the path.
        takes: its arguments, which are journalled: no secrets.
    """

    def enter(run: Callable[[Call], Mapping[str, Any]]) -> Callable[[Call], Mapping[str, Any]]:
        VERBS[name] = Verb(takes, run)
        return run

    return enter


class Control:
    """Answers control calls at one process, and writes all of them down.

    Args:
        process: The process.
        keys: Whose signatures count.
        directory: Of the journal. What was refused is in a file of its own, so that nobody without a key can push
            out of it what was done.
    """

    def __init__(self, process: State, keys: list[Key], directory: Path) -> None:
        self._process = process
        self._gate = Gate(keys, process.instance)
        self._done = Journal(directory / f"{process.service}.jsonl")
        self._refused = Journal(directory / f"{process.service}.refused.jsonl")
        self._places = threading.BoundedSemaphore(AT_ONCE)
        self.counts: Counter[str] = Counter()

    def answer(self, path: str, headers: Mapping[str, str], body: bytes, *, client: str) -> dict[str, Any]:
        """Do what a call asks for, and return what is answered.

        Raises:
            EsellerError: It is refused, or could not be done.
        """
        try:
            key = self._gate.check("POST", path, headers, body)
        except EsellerError as error:
            self.refuse(path, error, key=headers.get("Eseller-Key", ""), client=client)
            raise
        entry: dict[str, Any] = {"key": key, "verb": _verb(path), "client": client}
        try:
            answer = self._run(path, key, body, entry)
        except Exception as error:
            code, text = (error.code, error.message) if isinstance(error, EsellerError) else ("error", repr(error))
            self._note(self._done, {**entry, "outcome": "failed", "code": code, "message": text[:500]})
            raise
        self._note(self._done, {**entry, "outcome": "done", "answer": answer})
        return answer

    def refuse(self, path: str, error: EsellerError, *, key: str, client: str) -> None:
        """Write down a call that is refused; nothing of what it says is believed."""
        self._note(
            self._refused,
            {"key": key[:_SHOWN], "verb": _verb(path), "client": client, "outcome": "refused", "code": error.code},
        )

    def _run(self, path: str, key: str, body: bytes, entry: dict[str, Any]) -> dict[str, Any]:
        known = VERBS.get(_verb(path))
        if known is None:
            raise UnknownVerb(f"There is no such verb. There are: {', '.join(sorted(VERBS))}.")
        try:
            arguments = msgspec.json.decode(body or b"{}", type=known.takes)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise BadCall(f"{BadCall.__doc__} {error}.") from error
        entry["arguments"] = msgspec.to_builtins(arguments)
        if not self._places.acquire(blocking=False):
            raise TooMany
        try:
            return dict(known.run(Call(self._process, arguments, f"control:{key}")))
        finally:
            self._places.release()

    def _note(self, journal: Journal, entry: Mapping[str, Any]) -> None:
        self.counts[entry["outcome"]] += 1
        try:
            journal.write(entry)
        except OSError:
            # A full disk is when a process may have to be drained.
            log.exception("a control call could not be written down: %s", dict(entry))


def _verb(path: str) -> str:
    return path.removeprefix("/control/")[:_SHOWN]


@verb("ping")
def _ping(asked: Call) -> dict[str, Any]:
    """Show that calls come through."""
    return {"service": asked.process.service, "phase": asked.process.phase}


@verb("drain")
def _drain(asked: Call) -> dict[str, Any]:
    """Take nothing new; what runs is finished."""
    asked.process.drain()
    return {"phase": asked.process.phase}


@verb("undrain")
def _undrain(asked: Call) -> dict[str, Any]:
    """Take up work again."""
    return {"phase": asked.process.phase, "restarts": asked.process.undrain()}


@verb("reload")
def _reload(asked: Call) -> dict[str, Any]:
    """Read from the database what is kept in memory."""
    with _django("What it keeps can't be read anew"):
        for reload in asked.process.reloads.values():
            reload()
    return {"reloaded": list(asked.process.reloads)}


class Release(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which finding is let go; with a reason, although its row is still bad."""

    id: int
    reason: str = ""


@verb("release-finding", Release)
def _release_finding(asked: Call) -> dict[str, Any]:
    """Judge the row of a finding again, and let it go if it is good now, or for a reason."""
    with _django("It knows no findings"):
        from django.db import connections

        from eseller.tenancy.guard import operating
        from eseller.tenancy.scope import PLATFORM

        if PLATFORM not in connections:
            raise Missing("This process has no login for work across shops. Send it to a worker's private port.")
        arguments: Release = asked.arguments
        return {"outcome": operating.release(arguments.id, by=asked.by, reason=arguments.reason)}


@contextlib.contextmanager
def _django(otherwise: str) -> Iterator[None]:
    """Use the database, and give its connections back."""
    from django.apps import apps

    if not apps.ready:
        raise Missing(f"{otherwise}: this process is no part of the platform, or is still starting.")
    from django.db import close_old_connections

    try:
        yield
    finally:
        close_old_connections()
