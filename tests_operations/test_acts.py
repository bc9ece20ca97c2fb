"""Links and webhooks reach the real watch; without its key, or without the watch, nothing happens and that is said."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.test import Client

from eseller.operations.alerts import links
from eseller.resilience.control.calling import get
from eseller.resilience.control.errors import Unreachable
from eseller.resilience.control.signing import read_keys

ROOT = Path(__file__).resolve().parent.parent
PEOPLE = """
[[person]]
name = "ada lovelace"
urls = ["mailbox://ada"]
[[policy]]
name = "default"
[[policy.step]]
tell = ["person:ada lovelace"]
minutes = 3
[[heartbeat]]
name = "nightly"
every_minutes = 0.01
grace_minutes = 0
"""
REPORT = {
    "version": "4",
    "alerts": [{"status": "firing", "fingerprint": "f", "labels": {"alertname": "DiskFull", "severity": "page"}}],
}


def secret() -> bytes:
    return read_keys(settings.CONTROL_KEYS)[0].secret


def tells(path: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = get(settings.WATCH_PLACE[1], path)
    return found


def soon(what: Any, seconds: float = 15.0) -> Any:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if found := what():
                return found
        except Unreachable:
            pass
        time.sleep(0.05)
    raise AssertionError("it did not come")


@pytest.fixture(scope="module")
def watch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    folder = tmp_path_factory.mktemp("watch")
    (folder / "people.toml").write_text(PEOPLE)
    # The host of the watch may be in another zone than ours; what it tells is UTC all the same.
    environ = os.environ | {
        "ESELLER_DATA": str(folder), "ESELLER_PEOPLE": str(folder / "people.toml"), "TZ": "Asia/Kolkata",
    }  # fmt: skip
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "eseller.node.duty"], env=environ, cwd=ROOT, stdout=log, stderr=log
        )
        try:
            soon(lambda: tells("/alerts"))
            yield
        finally:
            process.terminate()
            process.wait(10)


def test_an_alert_is_taken_by_the_link_in_its_message_and_by_nobody_twice(watch: None) -> None:
    letter = soon(lambda: [one for one in tells("/letters") if "says nothing" in one["body"]])[0]
    url = re.search(r"Take it: (\S+)", letter["body"])
    assert url is not None
    assert url[1].startswith("https://status.shops.example/take/")
    path = urlsplit(url[1]).path
    number = int(path.split("/")[2])
    client = Client()
    since = re.search(r"since (\d+ \w+ \d+:\d+:\d+) UTC", letter["body"])
    assert since is not None
    began = datetime.strptime(f"{since[1]} {datetime.now(UTC).year}", "%d %b %H:%M:%S %Y").replace(tzinfo=UTC)
    assert abs((datetime.now(UTC) - began).total_seconds()) < 120
    page = client.get(path)
    assert page.status_code == 200
    assert "Take it as ada lovelace" in page.content.decode()
    assert page["Referrer-Policy"] == "no-referrer"
    assert {one["number"]: one for one in tells("/alerts")}[number]["state"] == "open", "a look takes nothing"
    assert "You have it." in client.post(path).content.decode()
    alert = {one["number"]: one for one in tells("/alerts")}[number]
    assert (alert["state"], alert["by"]) == ("acknowledged", "ada lovelace")
    other = f"/{links.take_path(secret(), number, 'bob')}"
    assert "ada lovelace has it." in client.post(other).content.decode()
    assert "It is over." in client.post(path, {"do": "close"}).content.decode()
    alert = {one["number"]: one for one in tells("/alerts")}[number]
    assert (alert["state"], alert["by"]) == ("closed", "ada lovelace")


def test_a_link_is_for_one_alert_and_one_person_alone(watch: None) -> None:
    client = Client()
    good = links.token(secret(), "take", 1, "ada")
    for path in (f"/take/2/ada/{good}/", f"/take/1/bob/{good}/", f"/take/1/ada/{good[::-1]}/", "/take/1/ada/x/"):
        answer = client.post(path)
        assert answer.status_code == 404
        assert "no such alert" in answer.content.decode()
    assert client.post(f"/beat/nightly/{good}").status_code == 404


def test_alertmanager_tells_with_its_token_alone(watch: None) -> None:
    client = Client()

    def sent(body: str, token: str) -> int:
        answer = client.post(
            "/hooks/alertmanager", body, content_type="application/json", headers={"Authorization": f"Bearer {token}"}
        )
        return answer.status_code

    assert sent(json.dumps(REPORT), "guessed") == 401
    assert client.get("/hooks/alertmanager").status_code == 405
    token = links.hook_token(secret())
    assert sent("{}", token) == 422
    assert sent("x" * 60_000, token) == 422
    assert sent("x" * 400_000, token) in (400, 413)
    assert sent(json.dumps(REPORT), token) == 200
    soon(lambda: [one for one in tells("/alerts") if one["finding"]["title"] == "DiskFull"])


def test_a_job_tells_that_it_is_done_or_has_failed(watch: None) -> None:
    client, path = Client(), f"/{links.beat_path(secret(), 'nightly')}"

    def told() -> str:
        findings = get(settings.WATCH_PLACE[1], "/picture")["findings"]
        return next((one["title"] for one in findings if one["key"] == "heartbeat/nightly"), "")

    assert client.get(f"{path}?failed=no+space").status_code == 200
    soon(lambda: told() == "The job nightly has failed.")
    assert client.post(path).status_code == 200
    soon(lambda: told() != "The job nightly has failed.")
    assert client.post(f"/{links.beat_path(secret(), 'unknown')}").status_code == 404


def test_a_watch_that_is_away_is_said_to_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "WATCH_PLACE", ("127.0.0.1", 9))
    client = Client()
    answer = client.post(f"/{links.take_path(secret(), 1, 'ada')}")
    assert answer.status_code == 503
    assert "Nothing was taken" in answer.content.decode()
    assert client.post(f"/{links.beat_path(secret(), 'nightly')}").status_code == 503
