"""``eseller cache check`` names what is dangerous in our settings and in the running server's own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from eseller.resilience.cache.facts import NoAnswer, server_facts
from eseller.resilience.cache.rules import CacheSettings, Severity, check
from tests.node.running import ROOT
from tests.resilience.cache.conftest import Server, server

__all__ = ["server"]


def run(url: str, **environ: str) -> tuple[int, dict[str, Any]]:
    done = subprocess.run(
        [sys.executable, "-m", "eseller.cli.main", "cache", "check", "--json"],
        env={**os.environ, "CACHE_URL": url, **environ},
        cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert "Traceback" not in done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    return done.returncode, told


def errors(server: Server, **settings: Any) -> set[str]:
    wanted = CacheSettings(**settings)
    found = check(wanted, server_facts(server.address, wanted.prefix))
    return {finding.setting for finding in found if finding.severity is Severity.ERROR}


def test_a_good_server_passes(server: Server) -> None:
    code, told = run(f"redis://127.0.0.1:{server.port}/0", ESELLER_CACHE_MAX_VALUE_KB="256")
    assert (code, told) == (0, {"ok": True, "server": True, "findings": []})


def test_a_bad_server_and_bad_settings_are_named(server: Server) -> None:
    server.say("CONFIG", "SET", "maxmemory-policy", "noeviction")
    server.say("CONFIG", "SET", "maxmemory", "0")
    code, told = run(f"redis://127.0.0.1:{server.port}/0", ESELLER_CACHE_DEADLINE_MS="1000")
    assert code == 1
    named = {finding["setting"] for finding in told["findings"] if finding["severity"] == "error"}
    assert named == {"maxmemory", "maxmemory-policy", "ESELLER_CACHE_DEADLINE_MS"}
    assert all(finding["rule"] and finding["effect"] and finding["remedy"] for finding in told["findings"])


def test_a_server_that_is_gone_is_a_finding(server: Server) -> None:
    server.stop()
    code, told = run(f"redis://127.0.0.1:{server.port}/0")
    assert code == 1
    assert told["findings"][0]["setting"] == "CACHE_URL"
    with pytest.raises(NoAnswer):
        server_facts(server.address, "eseller:")


def test_without_a_server_our_settings_are_judged() -> None:
    code, told = run("")
    assert (code, told["server"], told["findings"]) == (0, False, [])


@pytest.mark.parametrize(
    ("option", "value", "setting"),
    [
        ("maxmemory", "0", "maxmemory"),
        ("maxmemory", "1mb", "maxmemory"),
        ("maxmemory-policy", "noeviction", "maxmemory-policy"),
        ("maxclients", "3", "maxclients"),
    ],
)
def test_each_dangerous_setting_of_the_server_is_found(server: Server, option: str, value: str, setting: str) -> None:
    assert errors(server, max_value_kb=256) == set()
    server.say("CONFIG", "SET", option, value)
    assert errors(server, max_value_kb=256) == {setting}


def test_other_users_of_the_server_are_found(server: Server) -> None:
    server.say("SET", "eseller:page:1", "1")
    assert errors(server, max_value_kb=256) == set()
    server.say("SET", "eseller:session", "1")
    assert errors(server, max_value_kb=256) == {"ESELLER_CACHE_PREFIX"}
    facts = server_facts(server.address, "ours:")
    assert "eseller:session" in facts.strange_keys
