"""The workers of a platform, and calls to all of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from eseller.config.environment import environment
from eseller.kernel.errors import EsellerError
from eseller.resilience.control.calling import call
from eseller.resilience.control.errors import UnknownKey
from eseller.resilience.control.signing import read_keys

Place = tuple[str, int]


class BadPlace(EsellerError):
    """That is no HOST:PORT."""

    code = "bad_place"


def workers(listed: Iterable[str] = ()) -> list[Place]:
    """Return where workers answer: this node's, and those that are listed as HOST:PORT.

    Raises:
        BadPlace: one of them is not.
    """
    env = environment()
    places = [(env.private_reached_at, env.private_port(env.web_processes))]
    for one in listed:
        host, _, port = one.rpartition(":")
        if not host or not port.isdigit():
            raise BadPlace(f"{one!r} is no HOST:PORT.")
        places.append((host, int(port)))
    return places


def ask_workers(places: Iterable[Place], wish: dict[str, Any]) -> dict[str, Any]:
    """Tell workers what is to become of their services; returns what each answers, by HOST:PORT.

    Raises:
        UnknownKey: we have no key to sign with.
        Unreachable, NotDone: one does not answer, or refuses.
    """
    keys = read_keys(environment().control_keys)
    if not keys:
        raise UnknownKey("We have no key to sign with: ESELLER_CONTROL_KEYS")
    return {f"{host}:{port}": call(port, keys[0], "services", wish, host=host) for host, port in places}
