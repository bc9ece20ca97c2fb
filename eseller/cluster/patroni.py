"""Patroni's REST API (its documentation, "Patroni REST API"): asked of whichever node answers first."""

from __future__ import annotations

import base64
import http.client
import ssl
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlsplit

import msgspec

from eseller.cluster.facts import MOST_BYTES
from eseller.kernel.errors import EsellerError

SECONDS = 0.7
"""For an answer; the gate asks several and has a second."""


class PatroniSilent(EsellerError):
    """Patroni answers on no node. See whether it runs."""

    code = "cluster_patroni_silent"
    retryable = True


class PatroniRefused(EsellerError):
    """Patroni refuses what it was asked for."""

    code = "cluster_patroni_refused"


@dataclass(frozen=True)
class Endpoint:
    """Patroni on one node.

    Attributes:
        host: where.
        port: its port.
        secure: whether it speaks TLS.
        login: of changes, as ``user:password``; empty for none.
    """

    host: str
    port: int
    secure: bool = False
    login: str = field(default="", repr=False)

    @classmethod
    def parse(cls, url: str) -> Endpoint:
        """Read an address such as ``https://user:password@host:8008``.

        Raises:
            ValueError: it is none.
        """
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("it must be http://HOST:PORT or https://HOST:PORT")
        login = f"{unquote(parts.username)}:{unquote(parts.password or '')}" if parts.username else ""
        return cls(parts.hostname, parts.port or 8008, parts.scheme == "https", login)

    def ask(self, method: str, path: str, body: Any = None, *, seconds: float = SECONDS) -> tuple[int, bytes]:
        """Send one request.

        Args:
            method: HTTP method.
            path: what is asked for.
            body: sent as JSON, where there is one.
            seconds: for each step of it.

        Returns:
            Status and body, of which at most `MOST_BYTES` are read.

        Raises:
            OSError: no answer.
            http.client.HTTPException: an answer that is none.
        """
        connection: http.client.HTTPConnection
        if self.secure:
            context = ssl.create_default_context()
            connection = http.client.HTTPSConnection(self.host, self.port, timeout=seconds, context=context)
        else:
            connection = http.client.HTTPConnection(self.host, self.port, timeout=seconds)
        headers = {"Content-Type": "application/json"} if body is not None else {}
        if self.login:
            headers["Authorization"] = "Basic " + base64.b64encode(self.login.encode()).decode()
        try:
            connection.request(method, path, None if body is None else msgspec.json.encode(body), headers)
            response = connection.getresponse()
            return response.status, response.read(MOST_BYTES + 1)
        finally:
            connection.close()


@dataclass(frozen=True)
class Patroni:
    """Patroni on all nodes."""

    endpoints: tuple[Endpoint, ...]

    @classmethod
    def of(cls, urls: str) -> Patroni:
        """Read what CLUSTER_PATRONI holds.

        Raises:
            ValueError: an address is none.
        """
        return cls(tuple(Endpoint.parse(url) for url in urls.split(",") if url))

    def cluster(self) -> bytes:
        """Return the answer to ``GET /cluster`` of the first node that answers.

        Raises:
            PatroniSilent: none does.
        """
        for endpoint in self.endpoints:
            try:
                status, body = endpoint.ask("GET", "/cluster")
            except (OSError, http.client.HTTPException):
                continue
            if status == 200:
                return body
        raise PatroniSilent

    def switch_over(self, *, leader: str, candidate: str, seconds: float) -> str:
        """Have the primary's place taken by another; returns Patroni's own words when that is done.

        Where the candidate is named, Patroni has all others wait two seconds before they follow it, and commits wait
        for them; where it is not, the first of those that have everything takes over.

        Args:
            leader: who is primary.
            candidate: who is to be; empty: whoever has everything.
            seconds: for the whole of it.

        Raises:
            PatroniRefused: it does not do it, and says why.
            PatroniSilent: it does not answer in time; whether it is done must be looked at.
        """
        named = {"candidate": candidate} if candidate else {}
        return self._change("/switchover", {"leader": leader, **named}, seconds)

    def rebuild(self, member: str, at: Endpoint, *, seconds: float) -> str:
        """Have a secondary's data thrown away and copied from the primary; returns Patroni's own words.

        Args:
            member: its name.
            at: Patroni on it; the login is that of the other endpoints.
            seconds: for the answer, which comes before the copy is there.

        Raises:
            PatroniRefused: it does not do it, and says why: it is primary.
            PatroniSilent: it does not answer.
        """
        login = next((one for one in self.endpoints if (one.host, one.port) == (at.host, at.port)), None)
        if login is None:
            raise PatroniSilent(f"CLUSTER_PATRONI has no address for {member}.")
        return Patroni((login,))._change("/reinitialize", {"force": True}, seconds)

    def _change(self, path: str, body: dict[str, Any], seconds: float) -> str:
        for endpoint in self.endpoints:
            try:
                status, answer = endpoint.ask("POST", path, body, seconds=seconds)
            except ConnectionRefusedError:
                continue
            except (OSError, http.client.HTTPException) as error:
                raise PatroniSilent(f"Patroni took the request and does not answer ({error}).") from error
            words = answer[:500].decode(errors="replace").strip()
            if status >= 300:
                raise PatroniRefused(f"Patroni refuses: {words} ({status})")
            return words
        raise PatroniSilent
