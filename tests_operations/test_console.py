"""Only operators come in, with two factors; what they do is written down, and grave levers ask again."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from unittest.mock import ANY

import pyotp
import pytest
from django.conf import settings
from django.db import connection, transaction
from django.db.utils import ProgrammingError
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, reverse
from django.utils import timezone

from eseller.operations.console import credentials
from eseller.operations.console.models import Act, Operator, Role, Session
from eseller.operations.console.throttle import TooManyAttempts
from eseller.operations.console.urls import urlpatterns
from eseller.operations.incidents import actions
from eseller.operations.incidents.models import Entry, Incident, Report
from tests_operations.people import PASSWORD, Somebody, get, post
from tests_operations.test_acts import ROOT, soon, watch

__all__ = ("watch",)
pytestmark = pytest.mark.usefixtures("db")
REPORT = """# Orders fail

- Times: UTC
- Began: {began}

## What happened

A.

## Why

B.

## Actions

- [ ] A bigger disk (ada, due 2030-01-01): eseller config check
"""
ANYWHERE = ("sign-in", "sign-out", "welcome")


def test_every_page_has_a_door_and_nobody_else_comes_in() -> None:
    samples = {"number": 1, "name": "x", "slug": "x", "token": "x"}
    for pattern in urlpatterns:
        assert isinstance(pattern, URLPattern)
        assert getattr(pattern.callback, "guarded", False), pattern.name
        if pattern.name in ANYWHERE:
            continue
        kwargs = {key: samples[key] for key in pattern.pattern.converters}
        for method in ("get", "post"):
            answer = getattr(Client(), method)(reverse(f"console:{pattern.name}", kwargs=kwargs))
            assert answer.status_code == 302, (pattern.name, method)
            assert answer["Location"].startswith("/console/sign-in"), pattern.name
            assert "no-store" in answer["Cache-Control"]


def test_a_link_works_once_and_a_code_works_once() -> None:
    ada = Somebody()
    with pytest.raises(credentials.BadLink):
        credentials.by_link(ada.token)
    # The code with which ada has set herself up was used by that.
    with pytest.raises(credentials.WrongCredentials):
        credentials.sign_in("ada", password=PASSWORD, code=ada.code(), client="c")
    recovery = ada.codes.pop()
    assert credentials.sign_in("ADA ", password=PASSWORD, code=recovery, client="c")[1].operator == ada.operator
    with pytest.raises(credentials.WrongCredentials):
        credentials.sign_in("ada", password=PASSWORD, code=recovery, client="c")
    ahead = pyotp.TOTP(ada.secret).at(int(time.time()) + 30)
    assert credentials.sign_in("ada", password=PASSWORD, code=f"{ahead[:3]} {ahead[3:]}", client="c")
    assert credentials._box().decrypt(Operator.objects.get(name="ada").totp.encode()).decode() == ada.secret
    assert ada.secret not in Operator.objects.get(name="ada").totp


def test_a_link_that_was_tampered_with_or_is_old_lets_nobody_in(monkeypatch: pytest.MonkeyPatch) -> None:
    operator = credentials.add("ada", by="test")
    token = credentials.setup_path(operator).split("/")[2]
    assert credentials.by_link(token)[0] == operator
    for wrong in ("", "x", token[:-4] + "AAAA", "é" * 10):
        with pytest.raises(credentials.BadLink):
            credentials.by_link(wrong)
    monkeypatch.setattr(credentials, "SETUP_SECONDS", -1)
    with pytest.raises(credentials.BadLink):
        credentials.by_link(token)


@pytest.mark.parametrize(
    ("name", "password", "code"),
    [("ada", "wrong", "right"), ("ada", PASSWORD, "000000"), ("ada", PASSWORD, ""), ("nobody", PASSWORD, "right"),
     ("ada", "x" * 5000, "right"), ("ada' OR 1=1 --", PASSWORD, "right")],
)  # fmt: skip
def test_what_is_wrong_is_not_told(name: str, password: str, code: str) -> None:
    ada = Somebody()
    code = ada.codes[0] if code == "right" else code
    answer = Client().post("/console/sign-in", {"who": name, "password": password, "code": code})
    assert answer.status_code == 422
    assert "console" not in answer.cookies
    assert "Nothing tells which" in answer.content.decode()


def test_who_tries_too_often_has_to_wait() -> None:
    ada = Somebody()
    for _ in range(credentials.MOST_BY_NAME):
        with pytest.raises(credentials.WrongCredentials):
            credentials.sign_in("ada", password="wrong", code="1", client="stranger")
    with pytest.raises(TooManyAttempts):
        credentials.sign_in("ada", password=PASSWORD, code=ada.codes[0], client="stranger")
    assert credentials.sign_in("ada", password=PASSWORD, code=ada.codes.pop(), client="home"), "nobody keeps ada out"


def test_who_knows_the_password_has_few_guesses_at_the_code() -> None:
    ada = Somebody()
    for number in range(credentials.MOST_BY_NAME):
        with pytest.raises(credentials.WrongCredentials):
            credentials.sign_in("ada", password=PASSWORD, code="000000", client=f"client {number}")
    with pytest.raises(TooManyAttempts):
        credentials.sign_in("ada", password=PASSWORD, code=ada.codes[0], client="another")


@pytest.mark.parametrize("number", ["", "abc", "-1", "9" * 40, "1; DROP"])
def test_numbers_that_are_none_do_nothing(number: str) -> None:
    client = Somebody().signed_in()
    incident, _ = actions.open_incident("Trouble", by="ada")
    assert post(client, "incident", {"do": "hide", "entry": number}, number=incident.pk).status_code == 404
    assert post(client, "maintenance", {"do": "cancel", "number": number}).status_code == 404
    assert post(client, "subscribers", {"number": number}).status_code == 404


def test_a_session_ends_by_time_by_idleness_by_hand_and_when_somebody_is_barred() -> None:
    ada = Somebody()
    client = ada.signed_in()
    assert get(client, "account").status_code == 200
    session = Session.objects.get()
    for late in ({"ends_at": timezone.now()}, {"seen_at": timezone.now() - credentials.IDLE * 2}):
        Session.objects.update(**late)
        assert get(client, "account").status_code == 302
        Session.objects.update(ends_at=session.ends_at, seen_at=session.seen_at)
    assert get(client, "account").status_code == 200
    assert client.post("/console/sign-out").status_code == 303
    assert get(client, "account").status_code == 302
    again = ada.signed_in()
    credentials.bar(ada.operator, by="test")
    assert get(again, "account").status_code == 302
    with pytest.raises(credentials.WrongCredentials):
        ada.signed_in()


def test_forms_from_elsewhere_do_nothing() -> None:
    client = Somebody().signed_in(enforce_csrf_checks=True)
    answer = post(client, "incidents", {"title": "x"})
    assert answer.status_code == 403
    assert not Incident.objects.exists()


def test_a_reader_reads() -> None:
    client = Somebody(role=Role.READER).signed_in()
    assert get(client, "incidents").status_code == 200
    answer = post(client, "incidents", {"title": "x"})
    assert answer.status_code == 403
    assert "lets you read" in answer.content.decode()
    assert post(Somebody("bob").signed_in(), "operators", {"do": "add", "who": "eve"}).status_code == 403
    root = Somebody("root", Role.ADMINISTRATOR).signed_in()
    assert post(root, "operators", {"do": "add", "who": "eve"}).status_code == 200
    assert Operator.objects.filter(name="eve", password="").exists()


def test_the_way_back_leads_nowhere_else() -> None:
    for target in ("https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "/reports/"):
        answer = Client().get("/console/sign-in", {"next": target})
        assert f'name="next" value="{reverse("console:now")}"' in answer.content.decode(), target


@pytest.mark.parametrize("name", [
    "now", "now-part", "alerts", "incidents", "maintenance", "shops", "nodes", "database", "cache", "records",
    "services", "rollouts", "charts", "levers", "log", "operators", "subscribers", "account",
])  # fmt: skip
def test_pages_are_there_without_the_watch_and_take_few_statements(name: str) -> None:
    client = Somebody(role=Role.ADMINISTRATOR).signed_in()
    for number in range(30):
        actions.open_incident(f"Trouble {number}", by="ada")
    with CaptureQueriesContext(connection) as asked:
        answer = get(client, name)
    assert answer.status_code == 200
    assert len(asked) <= 8, [one["sql"][:80] for one in asked]
    assert "script-src 'self'" in answer["Content-Security-Policy"]
    assert "unsafe" not in answer["Content-Security-Policy"]


def test_what_was_done_cannot_be_changed() -> None:
    ada = Somebody()
    ada.signed_in()
    texts = list(Act.objects.values_list("text", flat=True))
    assert "Signed in" in texts
    for change in (lambda: Act.objects.update(text="nothing"), lambda: Act.objects.all().delete()):
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            change()


def test_an_incident_from_its_opening_to_its_report() -> None:
    ada, bob = Somebody("ada").signed_in(), Somebody("bob").signed_in()
    opening = {"title": "Orders fail", "severity": "major", "component-checkout": "partial_outage"}
    answer = post(ada, "incidents", opening)
    number = Incident.objects.get().pk
    assert answer["Location"].endswith(f"/incidents/{number}")
    assert "as before" in get(ada, "incident", number=number).content.decode()
    page = ada.get(reverse("console:incident", kwargs={"number": number}), {"draft": "identified"}).content.decode()
    assert "We know what causes the trouble with Checkout and payments" in page

    def do(what: str, who: Client = ada, **more: str) -> int:
        return int(post(who, "incident", {"do": what, **more}, number=number).status_code)

    assert do("assign", lead="ada", speaker="bob", scribe="eve") == 303
    assert do("update", public="identified", body="It is the **disk**.", minutes="15") == 303
    assert do("note", text="The disk is full", hidden="1") == 303
    assert do("numbers", shops="12", failed_requests="340", lost_orders="0") == 303
    line = Entry.objects.get(text="The disk is full")
    assert line.is_hidden
    assert do("show", entry=str(line.pk)) == 303
    assert do("move", state="closed") == 409
    assert do("report") == 409, "it is not over"
    assert do("update", public="resolved", body="All is well.") == 303
    assert do("report") == 303
    incident = Incident.objects.get()
    assert (incident.lead, incident.speaker, incident.scribe, incident.lost_orders) == ("ada", "bob", "eve", 0)
    report = Report.objects.get()
    text = get(ada, "report", slug=report.slug).content.decode()
    assert "The disk is full" in text
    told = REPORT.format(began=f"{incident.began_at:%Y-%m-%d %H:%M}")
    assert post(ada, "report", {"do": "write", "text": told}, slug=report.slug).status_code == 303
    assert post(ada, "report", {"do": "submit"}, slug=report.slug).status_code == 303
    assert post(ada, "report", {"do": "publish"}, slug=report.slug).status_code == 409, "a second person does"
    assert post(bob, "report", {"do": "publish"}, slug=report.slug).status_code == 303
    action = Report.objects.get().actions.get()
    done = {"do": "done", "action": action.pk, "proof": "seen"}
    assert post(bob, "report", done, slug=report.slug).status_code == 303
    action.refresh_from_db()
    assert (action.proof, action.done_at) == ("seen", ANY)
    assert action.done_at is not None
    assert Act.objects.filter(by="bob", kind="report").count() == 2


def test_planned_work_is_announced_and_called_off() -> None:
    ada = Somebody().signed_in()
    plan = {
        "do": "plan", "title": "New disks", "body": "Nothing", "begins": "2030-01-01T02:00",
        "ends": "2030-01-01T03:00", "component": ["checkout"],
    }  # fmt: skip
    assert post(ada, "maintenance", plan).status_code == 303
    assert "New disks" in get(ada, "maintenance").content.decode()
    assert post(ada, "maintenance", plan | {"ends": "2029-01-01T03:00"}).status_code == 422
    assert post(ada, "maintenance", plan | {"begins": "soon"}).status_code == 422
    from eseller.operations.incidents.models import Maintenance

    assert post(ada, "maintenance", {"do": "cancel", "number": Maintenance.objects.get().pk}).status_code == 303
    assert Maintenance.objects.get().state == "cancelled"


def test_two_take_one_alert_and_one_has_it(watch: None) -> None:
    from eseller.operations.console import telling
    from tests_operations.test_acts import tells

    soon(lambda: [one for one in tells("/alerts") if one["state"] == "open"])
    number = next(one["number"] for one in tells("/alerts") if one["state"] == "open")
    ada, bob = Somebody("ada").signed_in(), Somebody("bob").signed_in()
    page = get(ada, "now").content.decode()
    assert f'id="take-{number}"' in page
    for client in (ada, bob):
        assert post(client, "alert", {"do": "take"}, number=number).status_code == 303
    assert "ada has it" in get(bob, "now-part").content.decode()
    assert post(bob, "alert", {"do": "incident"}, number=number).status_code == 303
    assert Incident.objects.get().key
    again = post(bob, "alert", {"do": "incident"}, number=number)
    assert again["Location"].endswith(f"/incidents/{Incident.objects.get().pk}")
    assert get(ada, "alert", number=999).status_code == 404
    assert post(ada, "alerts", {"kind": "person", "to": "ada lovelace"}).status_code == 303
    assert soon(lambda: [one for one in tells("/letters") if one["title"] == "This is a test"])
    refused = post(ada, "alerts", {"kind": "person", "to": "nobody"})
    assert refused.status_code == 503
    assert "There are: ada lovelace" in refused.content.decode()
    assert telling.shops() == []
    assert telling.history("hours") is not None
    assert telling.picture() is not None


def test_runbooks_are_pages_with_places_to_link_to() -> None:
    client = Somebody().signed_in()
    from eseller.operations.console import runbooks

    address = runbooks.address("watch.md#a-page-is-not-there")
    page = client.get(address).content.decode()
    assert 'id="a-page-is-not-there"' in page
    assert runbooks.address("../../etc/passwd") == ""
    assert runbooks.address("none.md") == ""
    assert client.get("/console/runbooks/none").status_code == 404


def test_operators_are_managed_by_command() -> None:
    def run(*arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "eseller.cli.main", "operators", *arguments], env=os.environ, cwd=ROOT,
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    link = run("add", "grace", "--role", "administrator").strip()
    assert link.startswith(f"{settings.SITE_URL}/console/welcome/")
    assert credentials.by_link(link.split("/")[-2])[0].name == "grace"
    assert "has to follow the link" in run("list")
    assert run("bar", "grace")
    assert "barred" in run("list")
