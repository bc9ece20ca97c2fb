"""Each lever says what follows, is one of our commands, and is run once by the hand."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from typer.main import get_command

from eseller.cli.main import build
from eseller.config.environment import environment
from eseller.node.hand import keep_house
from eseller.node.operations_backup import backups
from eseller.operations.console import errands, levers
from eseller.operations.console.models import Act, Errand
from eseller.operations.incidents import actions
from eseller.operations.incidents.models import Entry
from eseller.operations.subscribers import subscribing
from eseller.operations.subscribers.models import Kind, Subscriber
from tests_operations.people import Somebody, get, post
from tests_operations.test_acts import ROOT, soon

pytestmark = pytest.mark.usefixtures("db")


@pytest.mark.parametrize("lever", levers.ALL, ids=lambda one: one.name)
def test_every_lever_says_what_follows_and_is_a_command_that_there_is(lever: levers.Lever) -> None:
    assert lever.effect.endswith(".")
    page = get(Somebody().signed_in(), "lever", name=lever.name).content.decode()
    assert lever.effect.split(".")[0][:40] in page.replace("&#39;", "'")
    assert ("Code of your authenticator" in page) is (lever.weight is levers.Weight.GRAVE)
    sample = {
        "services": "mail feeds", "tier": "3", "why": "a test", "port": "8100", "host": "127.0.0.1", "to": "node2",
        "key": "page_seconds", "value": "15", "finding": "7", "override": "seen", "drill": "first-to-know",
        "slug": "a-report", "action": "3",
    }  # fmt: skip
    arguments = lever.command(levers.checked(lever, sample))
    # Taken by the command's own parser, so that no lever names an option that there is not.
    command, words = get_command(build()), list(arguments)
    while hasattr(command, "get_command"):
        command = command.get_command(None, words.pop(0))
        assert command is not None, arguments
    command.make_context("eseller", words)


@pytest.mark.parametrize("wrong", [
    {"finding": "1; rm -rf /"}, {"finding": "--help"}, {"finding": ""}, {"finding": "9" * 400},
])  # fmt: skip
def test_a_lever_takes_nothing_else(wrong: dict[str, str]) -> None:
    client = Somebody().signed_in()
    assert post(client, "lever", wrong, name="records-release").status_code == 422
    with pytest.raises(levers.BadArguments):
        levers.command_of("records-release", wrong)
    assert not Errand.objects.exists()


def test_free_words_are_never_an_option() -> None:
    given = {"key": "page_seconds", "value": "--force", "why": "--force"}
    arguments = levers.command_of("setting", given)
    assert arguments.index("--") < arguments.index("page_seconds")
    assert arguments[-1] == "--force"
    assert arguments[arguments.index("--reason") + 1] == "--force"


def test_a_grave_lever_asks_for_the_second_factor_again() -> None:
    ada = Somebody()
    client = ada.signed_in()
    answer = post(client, "lever", {}, name="cluster-switchover")
    assert answer.status_code == 422
    assert "code is not right" in answer.content.decode()
    assert not Errand.objects.exists()
    assert post(client, "lever", {"code": ada.codes.pop()}, name="cluster-switchover").status_code == 303
    assert Errand.objects.get().words == "eseller cluster switchover"
    assert Act.objects.filter(kind="lever").count() == 1


@pytest.fixture
def hand(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen([sys.executable, "-m", "eseller.node.hand"], cwd=ROOT, stdout=log, stderr=log)
        yield process
        process.terminate()
        process.wait(20)


def test_a_command_is_run_once_and_tells_what_came_of_it(hand: subprocess.Popen[bytes]) -> None:
    incident, _ = actions.open_incident("Trouble", by="ada")
    client = Somebody().signed_in()
    answer = post(client, "lever", {"services": "mail", "why": "a test"}, name="services-stop")
    assert answer.status_code == 303
    number = Errand.objects.get().pk
    over = soon(lambda: next((one for one in Errand.objects.filter(pk=number) if one.is_over), None), 30)
    # There is no worker here, and it says so.
    assert over.state == "failed", over.output
    assert over.code == 1
    assert over.output
    page = get(client, "errand", number=number).content.decode()
    assert "eseller services stop" in page
    assert "every 1s" not in page
    lines = list(Entry.objects.filter(incident=incident, kind="lever").values_list("text", flat=True))
    assert [line.rpartition("--")[2] for line in lines] == [" mail begins", " mail ended: failed"]
    post(client, "lever", {}, name="config-check")
    looked = soon(lambda: Errand.objects.filter(lever="config-check", state__in=["done", "failed"]).first(), 30)
    assert looked.state == "done", looked.output


def test_what_ran_when_the_hand_was_killed_is_told_of_as_unknown(hand: subprocess.Popen[bytes]) -> None:
    errand = errands.ask(levers.find("config-check"), {}, by="ada")
    soon(lambda: Errand.objects.filter(pk=errand.pk).exclude(state="waiting").exists())
    hand.kill()
    hand.wait()
    Errand.objects.filter(pk=errand.pk).update(state="running")
    assert errands.break_off_running() == 1
    assert "See what came of it" in Errand.objects.get(pk=errand.pk).output


def test_two_hands_never_run_the_same(hand: subprocess.Popen[bytes]) -> None:
    hand.send_signal(signal.SIGSTOP)
    try:
        errands.ask(levers.find("config-check"), {}, by="ada")
        assert errands.take(timezone.now()) is not None
        assert errands.take(timezone.now()) is None
    finally:
        hand.send_signal(signal.SIGCONT)


def test_what_need_not_be_kept_is_forgotten_and_the_database_backed_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(errands, "KEPT", 3)
    for _ in range(5):
        errands.ask(levers.find("config-check"), {}, by="ada")
    newest = set(Errand.objects.order_by("-id").values_list("pk", flat=True)[:3])
    for address in ("late@people.example", "new@people.example", "kept@people.example"):
        subscribing.ask(Kind.MAIL, address)
    Subscriber.objects.exclude(address__startswith="new").update(made_at=timezone.now() - timedelta(days=3))
    Subscriber.objects.filter(address__startswith="kept").update(confirmed_at=timezone.now())
    for path in backups(environment()):
        path.unlink()
    keep_house()
    keep_house()
    assert set(Errand.objects.values_list("pk", flat=True)) == newest
    assert {one.address.partition("@")[0] for one in Subscriber.objects.all()} == {"new", "kept"}
    assert len(backups(environment())) == 1, "once a day"
