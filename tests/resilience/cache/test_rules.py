"""Each dangerous configuration is found, and a good one is not."""

import math
from typing import Any

import msgspec
import pytest

from eseller.resilience.cache.rules import CacheSettings, ServerFacts, Severity, check

GOOD = CacheSettings()
WELL = ServerFacts(version=(7, 2, 4), maxmemory=512 << 20, used_memory=1 << 20, policy="allkeys-lru", maxclients=10_000)


def test_a_good_configuration_has_no_findings() -> None:
    assert check(GOOD, WELL) == []
    assert check(GOOD, None) == []


@pytest.mark.parametrize(
    ("change", "setting"),
    [
        ({"ttl_seconds": 0}, "ttl_seconds"),
        ({"ttl_seconds": math.inf}, "ttl_seconds"),
        ({"ttl_seconds": math.nan}, "ttl_seconds"),
        ({"deadline_ms": 0}, "ESELLER_CACHE_DEADLINE_MS"),
        ({"deadline_ms": 101}, "ESELLER_CACHE_DEADLINE_MS"),
        ({"connections": 0}, "ESELLER_CACHE_CONNECTIONS"),
        ({"prefix": ""}, "ESELLER_CACHE_PREFIX"),
        ({"max_value_kb": 0}, "ESELLER_CACHE_MAX_VALUE_KB"),
        ({"connections": 1000, "processes": 11}, "maxclients"),
    ],
)
def test_our_dangerous_settings_are_errors(change: dict[str, Any], setting: str) -> None:
    found = check(msgspec.structs.replace(GOOD, **change), WELL)
    assert [(finding.severity, finding.setting) for finding in found] == [(Severity.ERROR, setting)]


@pytest.mark.parametrize(
    ("change", "severity", "setting"),
    [
        ({"maxmemory": 0}, Severity.ERROR, "maxmemory"),
        ({"maxmemory": 1 << 20}, Severity.ERROR, "maxmemory"),
        ({"policy": "noeviction"}, Severity.ERROR, "maxmemory-policy"),
        ({"maxclients": 7}, Severity.ERROR, "maxclients"),
        ({"version": (5, 0, 9)}, Severity.ERROR, "version"),
        ({"used_memory": 500 << 20}, Severity.WARNING, "used_memory"),
        ({"evicted": 1}, Severity.WARNING, "evicted_keys"),
        ({"persists": True}, Severity.WARNING, "save, appendonly"),
        ({"other_databases": (3,)}, Severity.WARNING, "databases"),
        ({"strange_keys": ("session:1",)}, Severity.WARNING, "ESELLER_CACHE_PREFIX"),
    ],
)
def test_a_dangerous_server_is_found(change: dict[str, Any], severity: Severity, setting: str) -> None:
    found = check(GOOD, msgspec.structs.replace(WELL, **change))
    assert [(finding.severity, finding.setting) for finding in found] == [(severity, setting)]


def test_errors_come_first() -> None:
    found = check(GOOD, msgspec.structs.replace(WELL, persists=True, policy="noeviction", version=(5,)))
    assert [finding.severity for finding in found] == [Severity.ERROR, Severity.ERROR, Severity.WARNING]
