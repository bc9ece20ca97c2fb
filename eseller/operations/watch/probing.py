"""Looks from outside: pages as a visitor gets them, Patroni, the caching server, and the status pages of others."""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

import msgspec

from eseller.operations.watch.asking import Answer, exchange
from eseller.operations.watch.burn import Severity
from eseller.operations.watch.judge import Finding
from eseller.operations.watch.purchase import NotBought, buy

log = logging.getLogger(__name__)
PAGE_SECONDS, PARTY_SECONDS, SERVER_SECONDS = 5.0, 10.0, 1.0
MOST_SAMPLED = 20
AGAIN_SECONDS, PURCHASE_AGAIN_SECONDS, FAILURES = 1.0, 5.0, 2
"""So many looks in a row must fail, before it is told: one may be an accident on the way."""
_SHOWN = ("name", "role", "state", "host", "port", "timeline", "lag", "pending_restart")
_INDICATORS = {"minor": Severity.TICKET, "major": Severity.PAGE, "critical": Severity.PAGE}


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """Something to look at again and again.

    Attributes:
        name: what people call it.
        url: where it is.
        every: seconds between two looks.
        component: what it is a part of.
    """

    name: str
    url: str
    every: float
    component: str

    @property
    def again(self) -> float:
        """Seconds after which what failed is looked at again: to know for certain, and to hear of its end."""
        return min(self.every, AGAIN_SECONDS)


class Page(Look, frozen=True):
    """A page that must be there.

    Attributes:
        says: words that must be in it; empty: any answer of 200 is good.
    """

    says: str = ""


class Purchase(Look, frozen=True):
    """A product's page in a hidden test shop, where something is bought."""

    @property
    def again(self) -> float:
        """An order is more than a look."""
        return min(self.every, PURCHASE_AGAIN_SECONDS)


class Shops(Look, frozen=True):
    """A web process, which names some shops at each look; the pages of those are looked at."""


class Party(Look, frozen=True):
    """A third party, by its status page in the shape of Statuspage v2 (``/api/v2/status.json``)."""


class PatroniNode(Look, frozen=True):
    """Patroni's REST API at a node of the database."""


class CacheServer(Look, frozen=True):
    """A caching server, redis:// or rediss://."""


class _Status(msgspec.Struct):
    indicator: str
    description: str = ""


class _StatusPage(msgspec.Struct):
    status: _Status


class _Member(msgspec.Struct):
    name: str
    role: str
    state: str


class _Members(msgspec.Struct):
    members: list[_Member]


async def look(at: Look) -> list[Finding]:
    """Look once; returns what is wrong."""
    match at:
        case Page():
            return _of_page(at, await fetch(at.url, seconds=PAGE_SECONDS))
        case Purchase():
            return await _of_purchase(at)
        case Party():
            return _of_party(at, await fetch(at.url, seconds=PARTY_SECONDS))
        case PatroniNode():
            return _of_patroni(at, await fetch(f"{at.url.rstrip('/')}/cluster", seconds=SERVER_SECONDS))
        case CacheServer():
            return _of_cache(at, await _ping(at.url))
    raise TypeError(type(at).__name__)


async def fetch(url: str, *, seconds: float) -> Answer:
    """Get an address; status 0: nothing came in time, or nothing that makes sense."""
    parts = urlsplit(url)
    loop = asyncio.get_running_loop()
    began = loop.time()
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        async with asyncio.timeout(seconds):
            secure = ssl.create_default_context() if parts.scheme == "https" else None
            port = parts.port or (443 if secure else 80)
            host = parts.hostname or ""
            # Names under localhost are this machine, RFC 6761, whatever the resolver thinks of them.
            at = "127.0.0.1" if host.endswith(".localhost") else host
            status, body = await exchange(at, port, parts.netloc.rpartition("@")[2], path, secure=secure)
    except (OSError, TimeoutError, ValueError, EOFError):
        return Answer(0, seconds=loop.time() - began)
    return Answer(status, body, loop.time() - began)


async def _ping(url: str) -> bool:
    """Whether a caching server answers; that it wants a password first is an answer."""
    parts = urlsplit(url)
    try:
        async with asyncio.timeout(SERVER_SECONDS):
            secure = ssl.create_default_context() if parts.scheme == "rediss" else None
            reader, writer = await asyncio.open_connection(parts.hostname, parts.port or 6379, ssl=secure)
            try:
                writer.write(b"PING\r\n")
                await writer.drain()
                return (await reader.readline())[:1] in (b"+", b"-")
            finally:
                writer.close()
    except (OSError, TimeoutError, ValueError):
        return False


def _of_page(at: Page, answer: Answer) -> list[Finding]:
    told = f"it answered {answer.status}" if answer.status else f"nothing came in {answer.seconds:.1f} s"
    if answer.status == 200:
        if at.says.encode() in answer.body:
            return []
        told = f"it does not say “{at.says}”"
    return [
        Finding(
            key=f"page/{at.name}", severity=Severity.PAGE, component=at.component,
            title=f"{at.name} is not there for visitors.", evidence=(told, at.url),
            next_step="eseller watch, and the log of the web nodes", runbook="watch.md#a-page-is-not-there",
        )
    ]  # fmt: skip


async def _of_purchase(at: Purchase) -> list[Finding]:
    try:
        await asyncio.to_thread(buy, at.url)
    except NotBought as error:
        return [
            Finding(
                key=f"purchase/{at.name}", severity=Severity.PAGE, component=at.component,
                title="Nobody can buy: the test purchase did not go through.", evidence=(str(error), at.url),
                next_step="Buy something by hand in a shop; eseller cluster status, and the log of the web nodes",
                runbook="watch.md#the-test-purchase-does-not-go-through",
            )
        ]  # fmt: skip
    return []


class Sampler:
    """Looks at shops by chance, so that all of them are looked at some time; those that failed are looked at again."""

    def __init__(self) -> None:
        self._failing: dict[str, tuple[str, ...]] = {}

    async def look(self, at: Shops) -> list[Finding]:
        """Look at some shops; one that fails is looked at twice."""
        told = await fetch(at.url, seconds=SERVER_SECONDS)
        try:
            urls = msgspec.json.decode(told.body, type=list[str])[:MOST_SAMPLED] if told.status == 200 else []
        except (msgspec.MsgspecError, RecursionError):
            urls = []
        wanted = dict.fromkeys((*self._failing.get(at.name, ()), *urls))
        bad = await _failing(list(wanted))
        if bad:
            await asyncio.sleep(AGAIN_SECONDS)
            bad = await _failing(list(bad))
        self._failing[at.name] = tuple(bad)[:MOST_SAMPLED]
        if not bad:
            return []
        return [
            Finding(
                key=f"shops/{at.name}", severity=Severity.PAGE, component=at.component,
                title=f"{len(bad)} of {len(wanted)} shops that were looked at from outside are not there.",
                evidence=tuple(f"{url} {why}" for url, why in list(bad.items())[:5]),
                next_step="Open one of them; the log of the web nodes by that shop",
                runbook="watch.md#shops-are-not-there",
            )
        ]  # fmt: skip


async def _failing(urls: Sequence[str]) -> dict[str, str]:
    answers = await asyncio.gather(*(fetch(url, seconds=PAGE_SECONDS) for url in urls))
    return {
        url: f"answered {answer.status}" if answer.status else f"answered nothing in {answer.seconds:.1f} s"
        for url, answer in zip(urls, answers, strict=True) if answer.status != 200
    }


def _of_party(at: Party, answer: Answer) -> list[Finding]:
    try:
        told = msgspec.json.decode(answer.body, type=_StatusPage).status if answer.status == 200 else None
    except (msgspec.MsgspecError, RecursionError):
        told = None
    if told is None:
        # Their page may be down with nothing else being so.
        return [_party(at, Severity.TICKET, f"{at.name} does not tell how it is.", f"it answered {answer.status}")]
    severity = _INDICATORS.get(told.indicator)
    words = " ".join(told.description.split())[:200]
    return [_party(at, severity, f"{at.name} says that it has trouble: {words}", told.indicator)] if severity else []


def _party(at: Party, severity: Severity, title: str, evidence: str) -> Finding:
    return Finding(
        key=f"party/{at.name}", severity=severity, component=at.component, title=title, evidence=(evidence, at.url),
        next_step="Tell merchants what they will see of it.", runbook="watch.md#a-third-party-has-trouble",
    )  # fmt: skip


def _of_patroni(at: PatroniNode, answer: Answer) -> list[Finding]:
    try:
        members = msgspec.json.decode(answer.body, type=_Members).members if answer.status == 200 else None
    except (msgspec.MsgspecError, RecursionError):
        members = None
    if members is None:
        told = f"it answered {answer.status}" if answer.status else "nothing came"
        return [_database(f"patroni/{at.name}", Severity.PAGE, f"Patroni at {at.name} says nothing.", told)]
    found = []
    if not any(one.role in ("leader", "master") and one.state == "running" for one in members):
        found.append(_database("patroni/leader", Severity.PAGE, "The database has no primary.", _spoken(members)))
    if len(members) > 1 and not any(one.role in ("sync_standby", "quorum_standby") for one in members):
        title = "No secondary of the database confirms commits."
        found.append(_database("patroni/confirmed", Severity.PAGE, title, _spoken(members)))
    for one in members:
        if one.state not in ("running", "streaming", "in archive recovery"):
            title = f"The database node {one.name[:60]} is not well."
            found.append(_database(f"patroni/member/{one.name[:60]}", Severity.TICKET, title, one.state[:60]))
    return found


def _told_members(answer: Answer) -> list[dict[str, Any]] | None:
    """What is shown of the nodes: name, role, state, timeline and how far behind; None: nothing was told."""
    try:
        told = msgspec.json.decode(answer.body, type=dict[str, Any])["members"] if answer.status == 200 else None
        return None if told is None else [{name: one.get(name) for name in _SHOWN} for one in told[:20]]
    except (msgspec.MsgspecError, RecursionError, KeyError, AttributeError, TypeError):
        return None


def _spoken(members: Sequence[_Member]) -> str:
    return ", ".join(f"{one.name[:40]} is {one.role[:20]}, {one.state[:20]}" for one in members[:10])


def _database(key: str, severity: Severity, title: str, evidence: str) -> Finding:
    return Finding(
        key=key, severity=severity, component="database", title=title, evidence=(evidence,),
        next_step="eseller cluster status", runbook="database-cluster.md",
    )  # fmt: skip


def _of_cache(at: CacheServer, answers: bool) -> list[Finding]:
    if answers:
        return []
    return [
        Finding(
            key=f"cache/{at.name}", severity=Severity.TICKET, component="cache",
            title=f"The caching server {at.name} does not answer.", evidence=("no answer to PING",),
            next_step="eseller cache check", runbook="watch.md#the-caching-server-does-not-answer",
        )
    ]  # fmt: skip


class Probes:
    """Looks at things from outside, each in its own time, and remembers what is wrong; for one event loop.

    Args:
        looks: at what.
    """

    def __init__(self, looks: Sequence[Look] = ()) -> None:
        self._looks = tuple(looks)
        self._sampler = Sampler()
        self._found: dict[Look, list[Finding]] = {}
        self._failures: dict[Look, int] = {}
        self._due: dict[Look, float] = {}
        self._running: dict[Look, asyncio.Task[None]] = {}
        self._seconds: dict[Look, float] = {}
        self._members: dict[Look, tuple[float, list[dict[str, Any]]]] = {}

    def use(self, looks: Sequence[Look]) -> None:
        """Look at these from now on."""
        self._looks = tuple(looks)

    def findings(self) -> list[Finding]:
        """What was wrong at the last looks; the same from two sides is told once."""
        told = [one for at in self._looks if self._failures.get(at, 0) >= FAILURES for one in self._found[at]]
        return list({one.key: one for one in told}.values())

    def begin(self) -> None:
        """Begin to look at all that is due; one that takes its time holds up no other."""
        now = asyncio.get_running_loop().time()
        for at in self._looks:
            if self._due.get(at, 0.0) <= now and at not in self._running:
                self._running[at] = asyncio.create_task(self._look(at))

    def seconds(self) -> dict[str, float]:
        """How long the last look at each took, by its name."""
        return {f"{at.name}, s": self._seconds[at] for at in self._looks if at in self._seconds}

    async def end(self) -> None:
        """Wait for the looks that have begun."""
        await asyncio.gather(*self._running.values())

    def members(self) -> list[dict[str, Any]]:
        """The database's nodes as Patroni last told of them; empty where there is none, or it tells nothing."""
        told = [self._members[at] for at in self._looks if at in self._members]
        return max(told, key=lambda one: one[0])[1] if told else []

    async def _look_at(self, at: Look) -> list[Finding]:
        match at:
            case Shops():
                return await self._sampler.look(at)
            case PatroniNode():
                answer = await fetch(f"{at.url.rstrip('/')}/cluster", seconds=SERVER_SECONDS)
                if (members := _told_members(answer)) is not None:
                    self._members[at] = (asyncio.get_running_loop().time(), members)
                return _of_patroni(at, answer)
        return await look(at)

    async def _look(self, at: Look) -> None:
        began = asyncio.get_running_loop().time()
        try:
            found = await self._look_at(at)
        except Exception:
            log.exception("%s could not be looked at", at.name)
            found = []
        finally:
            self._running.pop(at, None)
        self._found[at], self._seconds[at] = found, asyncio.get_running_loop().time() - began
        self._failures[at] = self._failures.get(at, 0) + 1 if found else 0
        self._due[at] = began + (at.again if found else at.every)
