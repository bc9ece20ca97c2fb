"""One maker for each page: whoever wants it meanwhile waits for what comes of it."""

from __future__ import annotations

import threading
from typing import Generic, TypeVar

from eseller.resilience.edge.keys import Key

Made = TypeVar("Made")


class Flight(Generic[Made]):
    """A page that is being made."""

    def __init__(self) -> None:
        """Begin."""
        self._done = threading.Event()
        self._made: Made | None = None

    def land(self, made: Made | None) -> None:
        """Hand over what came of it."""
        self._made = made
        self._done.set()

    def wait(self, seconds: float) -> Made | None:
        """Return what came of it; None where nothing did, or not in time."""
        self._done.wait(seconds)
        return self._made


class Flights(Generic[Made]):
    """The pages that are being made."""

    def __init__(self) -> None:
        """Begin without any."""
        self._lock = threading.Lock()
        self._flights: dict[Key, Flight[Made]] = {}

    def join(self, key: Key) -> tuple[Flight[Made], bool]:
        """Return the flight of a page, and whether whoever asks is to make it."""
        with self._lock:
            flight = self._flights.get(key)
            if flight is not None:
                return flight, False
            flight = self._flights[key] = Flight()
            return flight, True

    def land(self, key: Key, flight: Flight[Made], made: Made | None) -> None:
        """End a flight; later ones begin anew."""
        with self._lock:
            self._flights.pop(key, None)
        flight.land(made)
