"""A process is handed all settings, and of the database only the logins that it needs."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path

import pytest

from eseller.config.checks import ROLES
from eseller.config.environment import Environment, derived, descriptions, load
from eseller.config.handing import handed
from eseller.config.setting import BadEnvironment

SECRET = "x" * 40
FILE = """
production = true
scheme = "https"
database_url = "postgresql://admin:topmost@db.internal,db2.internal:5433/shops?sslmode=require"
mail_url = "smtps://mail.internal"
web_processes = 3
"""


@pytest.fixture
def env(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Environment:
    """Settings of which some come from a file and some from the environment."""
    file = tmp_path / "eseller.toml"
    file.write_text(FILE)
    monkeypatch.setenv("ESELLER_CONFIG", str(file))
    monkeypatch.setenv("ESELLER_SECRET", SECRET)
    monkeypatch.setenv("ESELLER_DEMO", "false")
    return dataclasses.replace(load(os.environ), signing_key=derived(SECRET, "signatures"))


def test_a_web_process_gets_the_web_login_and_nothing_that_leads_to_others(env: Environment) -> None:
    environ = handed(env, "web")

    theirs = load(environ)
    assert [role for role in ROLES if theirs.knows(role)] == ["web"]
    assert theirs.role_url("web") == env.role_url("web")
    told = "\n".join(environ.values())
    assert SECRET not in told
    assert "topmost" not in told
    assert not any(env.role_url(role).password in told for role in ("owner", "platform"))


def test_everything_else_arrives_as_it_was_read(env: Environment) -> None:
    theirs = load(handed(env, "web", "platform"))

    logins = {"secret", *(name for name, _, _ in descriptions() if name.startswith("database_"))}
    for name, _, _ in descriptions():
        if name not in logins:
            assert getattr(theirs, name) == getattr(env, name), name
    assert (theirs.web_processes, theirs.scheme, theirs.mailbox_host) == (3, "https", "")


def test_what_is_not_ours_is_passed_on(env: Environment, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOMETHING_ELSE", "1")

    assert handed(env, "web")["SOMETHING_ELSE"] == "1"


def test_one_who_has_no_login_can_hand_none_on(env: Environment) -> None:
    theirs = load(handed(env, "web"))

    with pytest.raises(BadEnvironment, match="E015 DATABASE_PLATFORM_URL"):
        handed(theirs, "web", "platform")
