"""The plane's stores are full or read only: detection and telling go on, and what was missed is caught up with."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.db import connections
from django.test import Client
from psycopg import sql

from eseller.config.environment import environment
from eseller.config.operations_logins import OperationsLogins
from eseller.node.clerk import Clerk
from eseller.operations.incidents.models import Incident
from eseller.operations.portal import views
from eseller.operations.portal.export import export
from eseller.resilience.control.calling import call
from eseller.resilience.control.signing import read_keys
from tests_operations.test_acts import ROOT, soon, tells

pytestmark = pytest.mark.usefixtures("db")


PEOPLE = """
[[person]]
name = "ada"
urls = ["mailbox://ada"]
[[policy]]
name = "default"
[[policy.step]]
tell = ["person:ada"]
minutes = 3
[[page]]
name = "The shops"
url = "http://127.0.0.1:9/"
"""


@contextmanager
def watching(folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    (folder / "people.toml").write_text(PEOPLE)
    environ = os.environ | {"ESELLER_DATA": str(folder), "ESELLER_PEOPLE": str(folder / "people.toml")}
    with (folder / "log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "eseller.node.duty"], env=environ, cwd=ROOT, stdout=log, stderr=log
        )
        try:
            soon(lambda: tells("/alerts") is not None)
            yield process
        finally:
            process.terminate()
            process.wait(10)


@contextmanager
def read_only() -> Iterator[None]:
    """The plane's database takes nothing any more, as when its disk is full."""
    logins = OperationsLogins(environment())
    name = sql.Identifier(logins.role_url("web").name)

    def set_to(words: str) -> None:
        with psycopg.connect(logins.admin().at("postgres").url, autocommit=True) as admin:
            admin.execute(sql.SQL("ALTER DATABASE {} " + words).format(name))
        connections.close_all()

    set_to("SET default_transaction_read_only = on")
    try:
        yield
    finally:
        set_to("RESET default_transaction_read_only")


def test_a_full_disk_keeps_nobody_from_being_told(tmp_path: Path) -> None:
    book, aside = tmp_path / "watch" / "alerts.jsonl", tmp_path / "aside"
    with watching(tmp_path):
        soon(lambda: [one for one in tells("/messages") if one["delivery"] == "sent"])
        before = len(tells("/letters"))
        book.rename(aside)
        # Each write there fails as on a disk without space.
        book.symlink_to("/dev/full")
        body = json.dumps({"version": "4", "alerts": [{
            "status": "firing", "fingerprint": "f", "labels": {"alertname": "DiskFull", "severity": "page"},
        }]})  # fmt: skip
        call(settings.WATCH_PLACE[1], read_keys(settings.CONTROL_KEYS)[0], "report", {"body": body})
        (alert,) = soon(lambda: [one for one in tells("/alerts") if one["finding"]["component"] != "process"
                                 and "DiskFull" in json.dumps(one)])  # fmt: skip
        assert soon(lambda: len(tells("/letters")) > before), "somebody was told"
        letters = tells("/letters")
        book.unlink()
        aside.rename(book)
        soon(lambda: b"DiskFull" in book.read_bytes(), 20)
        time.sleep(1)
    with watching(tmp_path):
        assert alert["number"] in [one["number"] for one in tells("/alerts")], "what was in memory was caught up with"
        time.sleep(2)
        assert [one["title"] for one in tells("/letters")].count(letters[0]["title"]) == 1, "and told once"


def test_a_database_that_takes_nothing_is_caught_up_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "OPERATIONS_DIR", tmp_path)
    export(views.site_dir())
    with watching(tmp_path):
        soon(lambda: [one for one in tells("/alerts") if one["finding"]["key"] == "page/The shops"])
        clerk = Clerk(environment(), views.site_dir())
        with read_only():
            with pytest.raises(Exception, match="read-only"):
                clerk.round()
            # The site is there, and alerts are taken, without it.
            assert Client().get("/").status_code == 200
            assert Client().get("/console/sign-in").status_code == 200
            answer = Client().post("/console/sign-in", {"who": "ada", "password": "x", "code": "1"})
            assert answer.status_code == 503
            assert "eseller watch" in answer.content.decode()
        assert not Incident.objects.exists()
        clerk.round()
        assert [one.public for one in Incident.objects.all()] == ["investigating"]
