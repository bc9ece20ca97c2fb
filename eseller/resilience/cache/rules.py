"""Which configurations of a caching server are dangerous, and why. Pure."""

from collections.abc import Iterator
from enum import StrEnum

import msgspec

LONGEST_DEADLINE_MS = 100
LONGEST_TTL_SECONDS = 86_400
NEARLY_FULL = 0.9
OLDEST = (6, 0)
_KB = 1024


class Severity(StrEnum):
    """Whether it may stay."""

    ERROR = "error"
    WARNING = "warning"


class CacheSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Our side of the configuration, without the address.

    Attributes:
        ttl_seconds: how long a page is kept.
        deadline_ms: milliseconds that a call may take.
        connections: of one process, at most.
        prefix: what our keys begin with.
        max_value_kb: kilobytes that a value may have.
        l1_mb: megabytes of pages that a process keeps itself; 0: none.
        processes: how many share the server.
    """

    ttl_seconds: float = 60.0
    deadline_ms: int = 30
    connections: int = 8
    prefix: str = "eseller:"
    max_value_kb: int = 1024
    l1_mb: int = 64
    processes: int = 1


class ServerFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What a running server says of itself.

    Attributes:
        version: such as ``(7, 2, 4)``.
        maxmemory: bytes it may use; 0: no limit.
        used_memory: bytes it uses.
        policy: what it does when memory is full, such as ``allkeys-lru``.
        maxclients: connections it accepts.
        persists: whether it writes to disk, snapshots or a log.
        evicted: keys it has pushed out since its start.
        other_databases: numbers of databases with keys, apart from ours.
        strange_keys: some keys of our database that we have not written.
    """

    version: tuple[int, ...]
    maxmemory: int
    used_memory: int
    policy: str
    maxclients: int
    persists: bool = False
    evicted: int = 0
    other_databases: tuple[int, ...] = ()
    strange_keys: tuple[str, ...] = ()


class Finding(msgspec.Struct, frozen=True):
    """A rule that is broken: setting, its value, the rule, what it would do to the platform, what to do."""

    severity: Severity
    setting: str
    value: str
    rule: str
    effect: str
    remedy: str


def check(settings: CacheSettings, facts: ServerFacts | None) -> list[Finding]:
    """All findings, errors first; without facts (nobody has asked a server) only those on our settings."""
    found = list(_ours(settings))
    if facts is not None:
        found += [*_memory(settings, facts), *_clients(settings, facts), *_company(settings, facts)]
    return sorted(found, key=lambda finding: finding.severity is not Severity.ERROR)


def _error(setting: str, value: object, rule: str, effect: str, remedy: str) -> Finding:
    return Finding(Severity.ERROR, setting, str(value), rule, effect, remedy)


def _warning(setting: str, value: object, rule: str, effect: str, remedy: str) -> Finding:
    return Finding(Severity.WARNING, setting, str(value), rule, effect, remedy)


def _ours(settings: CacheSettings) -> Iterator[Finding]:
    # Written so that a NaN breaks the rule.
    if not 0 < settings.ttl_seconds <= LONGEST_TTL_SECONDS:
        yield _error(
            "ttl_seconds",
            settings.ttl_seconds,
            f"Pages are kept above 0 and at most {LONGEST_TTL_SECONDS} seconds.",
            "With 0 each request is rendered anew and those for one page wait in a row; without end memory fills up.",
            "Set 60.",
        )
    if not 0 < settings.deadline_ms <= LONGEST_DEADLINE_MS:
        yield _error(
            "ESELLER_CACHE_DEADLINE_MS",
            settings.deadline_ms,
            f"A call takes at most {LONGEST_DEADLINE_MS} milliseconds.",
            "While the server hangs, each request waits so long before the breaker opens, and threads run out.",
            "Set 30.",
        )
    if settings.connections < 1:
        yield _error(
            "ESELLER_CACHE_CONNECTIONS",
            settings.connections,
            "A process may hold at least one connection.",
            "No call ever reaches the server.",
            "Set 8.",
        )
    if not settings.prefix:
        yield _error(
            "ESELLER_CACHE_PREFIX",
            "(empty)",
            "Our keys have a prefix.",
            "Another user of the server overwrites our pages, and we theirs.",
            "Set eseller:",
        )
    if settings.max_value_kb < 1:
        yield _error(
            "ESELLER_CACHE_MAX_VALUE_KB",
            settings.max_value_kb,
            "A value may have at least one kilobyte.",
            "No page fits.",
            "Set 1024.",
        )


def _memory(settings: CacheSettings, facts: ServerFacts) -> Iterator[Finding]:
    if facts.maxmemory == 0:
        yield _error(
            "maxmemory",
            0,
            "The server's memory has a limit.",
            "It grows until the kernel ends it or its neighbours.",
            "CONFIG SET maxmemory 512mb, and the same in its configuration file.",
        )
    elif facts.maxmemory < 16 * settings.max_value_kb * _KB:
        yield _error(
            "maxmemory",
            facts.maxmemory,
            "At least 16 of the largest values fit.",
            "A few pages push all others out; every process renders as if there were no cache.",
            "Raise maxmemory, or lower ESELLER_CACHE_MAX_VALUE_KB.",
        )
    elif facts.used_memory > NEARLY_FULL * facts.maxmemory:
        yield _warning(
            "used_memory",
            facts.used_memory,
            f"At most {NEARLY_FULL:.0%} of maxmemory is in use.",
            "Pages are pushed out before their time, and the database does more.",
            "Raise maxmemory.",
        )
    if facts.policy == "noeviction":
        yield _error(
            "maxmemory-policy",
            facts.policy,
            "A full cache pushes old keys out.",
            "When it is full it refuses every write: new pages and leases are lost.",
            "CONFIG SET maxmemory-policy allkeys-lru, and the same in its configuration file.",
        )
    if facts.evicted:
        yield _warning(
            "evicted_keys",
            facts.evicted,
            "Nothing is pushed out before its time.",
            "Those pages are rendered more often than needed.",
            "Raise maxmemory if the number grows.",
        )


def _clients(settings: CacheSettings, facts: ServerFacts) -> Iterator[Finding]:
    wanted = settings.connections * settings.processes
    if wanted > facts.maxclients:
        yield _error(
            "maxclients",
            facts.maxclients,
            f"All processes together may connect: {settings.processes} with {settings.connections} each.",
            "Under load connections are refused, and breakers open on a server that is well.",
            "Raise maxclients, or lower ESELLER_CACHE_CONNECTIONS.",
        )
    if facts.version < OLDEST:
        yield _error(
            "version",
            ".".join(map(str, facts.version)),
            f"Version {'.'.join(map(str, OLDEST))} or later.",
            "Logins with a user's name are refused, and faults stay that were mended since.",
            "Update to a current Valkey or Redis.",
        )


def _company(settings: CacheSettings, facts: ServerFacts) -> Iterator[Finding]:
    if facts.persists:
        yield _warning(
            "save, appendonly",
            "on",
            "A cache writes nothing to disk.",
            "A fork for a snapshot may double its memory, and a slow disk stalls it.",
            "CONFIG SET save '' and CONFIG SET appendonly no.",
        )
    if facts.other_databases:
        yield _warning(
            "databases",
            ", ".join(map(str, facts.other_databases)),
            "The server is ours alone.",
            "Other users push our pages out and hold its only thread.",
            "Give each use a server of its own.",
        )
    shared = [key for key in facts.strange_keys if settings.prefix and key.startswith(settings.prefix)]
    if shared:
        yield _error(
            "ESELLER_CACHE_PREFIX",
            settings.prefix,
            "No other use has our prefix.",
            f"Somebody else writes under it and may take our pages away: {', '.join(shared[:3])}.",
            "Choose another prefix for one of the two.",
        )
    elif facts.strange_keys:
        yield _warning(
            "ESELLER_CACHE_PREFIX",
            settings.prefix,
            "All keys of our database begin with our prefix.",
            f"Somebody else uses it as well: {', '.join(facts.strange_keys[:3])}.",
            "Name another database in CACHE_URL, or give each use a server of its own.",
        )
