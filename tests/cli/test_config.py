"""``eseller`` and ``eseller config check`` as a person runs them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time

ENVIRON = {name: value for name, value in os.environ.items() if not name.startswith(("ESELLER_", "DATABASE_"))}


def eseller(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "eseller.cli.main", *arguments]
    return subprocess.run(
        command, env={**ENVIRON, "COLUMNS": "200", **variables}, capture_output=True, text=True, check=False
    )


def test_alone_it_shows_the_commands_by_person() -> None:
    done = eseller()

    assert done.returncode == 0
    assert done.stdout.index("For operators") < done.stdout.index("migrate")
    for command in ("up", "init", "demo", "config", "worker"):
        assert command in done.stdout


def test_it_is_quick_because_django_is_not_imported() -> None:
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "eseller.cli.main", "--help"],
        env=ENVIRON, capture_output=True, text=True, check=True,
    )  # fmt: skip

    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert "typer" in imported
    assert not imported & {"django", "psycopg", "granian", "procrastinate"}
    assert time.monotonic() - began < 5


def test_wrong_use_is_told_apart_from_failure() -> None:
    assert eseller("nonsense").returncode == 2
    assert eseller("up", "--port", "99999").returncode == 2
    assert eseller("config", "check", ESELLER_PORT="x").returncode == 1


def test_check_shows_all_settings_and_no_secret() -> None:
    secret = "f" * 40
    done = eseller("config", "check", ESELLER_SECRET=secret, ESELLER_PORT="9123")

    assert done.returncode == 0
    assert "ESELLER_MAIL_URL" in done.stdout
    assert "9123" in done.stdout
    assert secret not in done.stdout
    assert "No problem found" in done.stdout


def test_check_names_each_problem_and_its_remedy() -> None:
    done = eseller("config", "check", ESELLER_PORT="x", ESELLER_THREAD="3")

    assert done.returncode == 1
    assert "E001 ESELLER_PORT: 'x' is no whole number. Give one of 1 to 65535." in done.stdout
    assert "E007 ESELLER_THREAD: is no setting of ours. Did you mean ESELLER_THREADS?" in done.stdout


def test_check_says_no_more_than_is_known_where_the_administrators_login_is_not() -> None:
    web = {"ESELLER_SIGNING_KEY": "k" * 40, "DATABASE_WEB_URL": "postgresql://eseller_web:own@db.invalid/shops"}

    assert eseller("config", "check", **web).returncode == 0
    done = eseller("init", **web)
    assert done.returncode == 1
    assert "E015 DATABASE_URL" in done.stderr
    done = eseller("worker", **web)
    assert done.returncode == 1
    assert "E015 DATABASE_PLATFORM_URL" in done.stderr


def test_check_as_json_is_one_object() -> None:
    done = eseller("config", "check", "--json", ESELLER_PORT="x")

    answer = json.loads(done.stdout)
    assert done.returncode == 1
    assert answer["ok"] is False
    assert [problem["code"] for problem in answer["problems"]] == ["E001"]
    assert {setting["setting"] for setting in answer["settings"]} >= {"ESELLER_PORT", "DATABASE_URL"}


def test_a_command_that_needs_settings_says_what_is_wrong_instead_of_a_trace() -> None:
    done = eseller("init", ESELLER_PORT="x")

    assert done.returncode == 1
    assert "E001 ESELLER_PORT" in done.stderr
    assert "Traceback" not in done.stderr
