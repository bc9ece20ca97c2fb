"""The caching server as the settings of this node, and those of the platform, want it."""

from collections.abc import Mapping
from typing import Any

from eseller.config.environment import Environment
from eseller.resilience.cache import CacheClient
from eseller.resilience.cache.address import CacheAddress
from eseller.resilience.cache.facts import NoAnswer, server_facts
from eseller.resilience.cache.rules import CacheSettings, Finding, Severity, check

_PLATFORM = {
    "page_seconds": "ttl_seconds",
    "cache_deadline_ms": "deadline_ms",
    "cache_connections": "connections",
    "cache_prefix": "prefix",
    "cache_max_value_kb": "max_value_kb",
}
"""Settings of the platform that go before those of the node, and what the rules call them."""


def cache_client(env: Environment) -> CacheClient | None:
    """A client that connects when it is first used; none where no caching server is named."""
    if not env.cache_url:
        return None
    client = CacheClient(CacheAddress.parse(env.cache_url))
    client.reconfigure(cache_settings(env, {}))
    return client


def cache_settings(env: Environment, platform: Mapping[str, Any]) -> CacheSettings:
    """Our side of the configuration.

    Args:
        env: the settings of the node.
        platform: those of the platform, as far as they are set.
    """
    ours = {name: value for name, value in platform.items() if value is not None}
    wanted = {rule: ours.get(setting, getattr(env, setting)) for setting, rule in _PLATFORM.items()}
    return CacheSettings(**wanted, l1_mb=env.edge_mb, processes=env.web_processes)


def cache_findings(env: Environment, platform: Mapping[str, Any]) -> list[Finding]:
    """What speaks against the configuration, the running server's own included; its silence is a finding."""
    settings = cache_settings(env, platform)
    if not env.cache_url:
        return check(settings, None)
    try:
        return check(settings, server_facts(CacheAddress.parse(env.cache_url), settings.prefix))
    except NoAnswer as error:
        silent = Finding(
            Severity.ERROR,
            "CACHE_URL",
            "(set)",
            "The caching server answers.",
            "Pages are kept by each process alone: the database renders each page once for every process.",
            str(error),
        )
        return [silent, *check(settings, None)]


def cache_complaints(env: Environment, platform: Mapping[str, Any]) -> list[str]:
    """The errors among the findings, in words."""
    return [
        f"{finding.setting} is {finding.value}. {finding.rule} {finding.effect} {finding.remedy}"
        for finding in cache_findings(env, platform)
        if finding.severity is Severity.ERROR
    ]
