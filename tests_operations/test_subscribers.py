"""Who has confirmed is told, once, whatever fails on the way; who gives up is forgotten."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from datetime import timedelta
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import connection, connections
from django.test import Client
from django.utils import timezone
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from eseller.operations.incidents import actions, planning
from eseller.operations.incidents.states import ComponentState, Public
from eseller.operations.subscribers import composing, delivering, subscribing
from eseller.operations.subscribers.models import Kind, Letter, Subscriber
from eseller.operations.subscribers.spreading import spread
from tests.services.mail_server import mail_server

pytestmark = pytest.mark.usefixtures("db")


class Hooks(ThreadingHTTPServer):
    """Takes webhooks; answers what it is told to."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Hook)
        self.taken: list[tuple[dict[str, str], bytes]] = []
        self.status = 204

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/hook?x=1"


class _Hook(BaseHTTPRequestHandler):
    server: Hooks

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.taken.append(({name.lower(): value for name, value in self.headers.items()}, body))
        self.send_response(self.server.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """It is a test."""


@pytest.fixture
def hooks() -> Iterator[Hooks]:
    with Hooks() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def box(settings: Any, tmp_path: Path) -> Path:
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = tmp_path / "letters"
    return tmp_path / "letters"


def mails(box: Path) -> list[Any]:
    """What was sent, the oldest first."""
    found = []
    for path in sorted(box.glob("*.log"), key=lambda one: one.stat().st_mtime_ns) if box.exists() else ():
        pieces = path.read_bytes().split(b"-" * 79 + b"\n")
        found += [message_from_bytes(piece, policy=policy.default) for piece in pieces if piece.strip()]
    return found


def deliver(places: Mapping[str, tuple[str, ...]] | None = None) -> int:
    count = 0
    while (letter := delivering.take()) is not None:
        count += delivering.bring(letter, places or {})
    return count


def path_in(text: str, word: str) -> str:
    url = next(line for line in text.split() if f"/subscribe/{word}/" in line)
    return urlsplit(url).path


def subscribed(address: str = "eve@people.example", kind: Kind = Kind.MAIL, **more: Any) -> Subscriber:
    made, _ = subscribing.ask(kind, address, **more)
    assert made is not None
    Letter.objects.filter(subscriber=made).delete()
    return subscribing.confirm(subscribing.token(made))


def an_update(public: Public = Public.INVESTIGATING, number: int | None = None) -> int:
    if number is None:
        incident, _ = actions.open_incident("Orders fail", by="ada", impacts={"checkout": ComponentState.PARTIAL})
        number = int(incident.pk)
    actions.post_update(number, public, "We look **into it**.", by="ada")
    return number


def test_by_mail_from_the_form_to_the_last_letter(box: Path) -> None:
    client = Client(enforce_csrf_checks=True)
    page = client.get("/subscribe/?lang=da").content.decode()
    token = page.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
    form = {"kind": "mail", "address": "Eve@People.Example", "component": ["checkout"], "lang": "da"}
    assert client.post("/subscribe/", form).status_code == 403, "from elsewhere"
    answer = client.post("/subscribe/", form | {"csrfmiddlewaretoken": token})
    assert answer.status_code == 200
    assert deliver() == 1
    an_update()
    assert spread((), timezone.now()) == 1
    assert deliver() == 0, "it has not confirmed"
    (asked,) = mails(box)
    assert asked["To"] == "Eve@people.example"
    confirm = path_in(asked.get_content(), "confirm")
    assert client.get(confirm).status_code == 200
    assert Subscriber.objects.get().confirmed_at is None, "mail programs open links"
    assert client.post(confirm).status_code == 200
    assert Subscriber.objects.get().confirmed_at is not None
    an_update()
    assert spread((), timezone.now()) == 1
    assert spread((), timezone.now()) == 0
    assert deliver() == 1
    told = mails(box)[-1]
    assert told["Subject"] == "[eSeller Cloud] Undersøges: Orders fail"
    assert told["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "We look **into it**." in told.get_content()
    stop = urlsplit(told["List-Unsubscribe"].strip(" <>")).path
    assert path_in(told.get_content(), "stop") == stop
    # As a mail program does it: no cookie, no token.
    assert Client(enforce_csrf_checks=True).post(stop, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert not Subscriber.objects.exists()
    assert not Letter.objects.exists()
    assert client.get(stop).status_code == 404


def test_nobody_finds_out_who_has_subscribed(box: Path) -> None:
    subscribed("eve@people.example")
    known = Client().post("/subscribe/", {"kind": "mail", "address": "eve@people.example"})
    unknown = Client().post("/subscribe/", {"kind": "mail", "address": "bob@people.example"})
    assert known.content == unknown.content
    assert deliver() == 1
    assert [one["To"] for one in mails(box)] == ["bob@people.example"]


@pytest.mark.parametrize("address", [
    "", "x", "eve@", "a@b.c\nBcc: all@people.example", "a@b.c\r\nSubject: x", "eve@people.example, bob@people.example",
    "<eve@people.example>", "e" * 300 + "@people.example", "eve@people.example\x00",
])  # fmt: skip
def test_what_is_no_address_is_refused_and_begins_no_header(address: str) -> None:
    answer = Client().post("/subscribe/", {"kind": "mail", "address": address})
    if answer.status_code == 200:
        assert "\n" not in Subscriber.objects.get().address
        assert "\r" not in Subscriber.objects.get().address
        return
    assert answer.status_code == 422
    assert not Subscriber.objects.exists()


@pytest.mark.parametrize("url", [
    "http://hooks.example/", "https://user:pass@hooks.example/", "https://127.0.0.1/", "https://[::1]/",
    "https://hooks.example:22/", "ftp://hooks.example/", "https://", "javascript:alert(1)", "https://a b/",
    "https://169.254.169.254/latest",
])  # fmt: skip
def test_a_webhook_is_public_and_https(url: str, settings: Any) -> None:
    settings.HOOKS_ANYWHERE = False
    with pytest.raises(subscribing.BadHook):
        subscribing.ask(Kind.WEBHOOK, url)


@pytest.mark.parametrize("address", [
    "127.0.0.1", "10.0.0.1", "192.168.1.1", "169.254.169.254", "::1", "fd00::1", "::ffff:10.0.0.1", "0.0.0.0",
    "224.0.0.1",
])  # fmt: skip
def test_no_name_leads_a_webhook_into_our_own_network(address: str, settings: Any) -> None:
    settings.HOOKS_ANYWHERE = False
    assert not subscribing.is_reachable(address)
    assert subscribing.is_reachable("93.184.216.34")


def test_a_name_that_resolves_to_us_is_given_up(settings: Any) -> None:
    subscriber = subscribed("http://localhost:9/hook", Kind.WEBHOOK)
    settings.HOOKS_ANYWHERE = False
    Subscriber.objects.update(address="https://localhost/hook")
    an_update()
    spread((), timezone.now())
    assert deliver() == 0
    letter = Letter.objects.get(subscriber=subscriber)
    assert (letter.state, letter.error) == ("given up", "It is at a private address.")


def test_a_webhook_is_signed_and_may_be_checked(hooks: Hooks) -> None:
    made, secret = subscribing.ask(Kind.WEBHOOK, hooks.url)
    assert made is not None
    assert secret not in made.secret
    assert deliver() == 1
    headers, body = hooks.taken.pop()
    told = Webhook(secret).verify(body, headers)
    assert told["type"] == "subscription.requested"
    Client().post(urlsplit(told["data"]["confirm_url"]).path)
    an_update()
    spread((), timezone.now())
    assert deliver() == 1
    headers, body = hooks.taken.pop()
    told = Webhook(secret).verify(body, headers)
    assert (told["type"], told["data"]["state"]) == ("incident.updated", "investigating")
    assert told["data"]["components"] == ["Checkout and payments"]
    assert headers["host"] == urlsplit(hooks.url).netloc
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(body.replace(b"investigating", b"resolved"), headers)


def test_a_webhook_that_is_gone_is_forgotten_and_one_that_fails_is_tried_again(hooks: Hooks) -> None:
    subscribed(hooks.url, Kind.WEBHOOK)
    an_update()
    spread((), timezone.now())
    hooks.status = 500
    assert deliver() == 0
    letter = Letter.objects.get()
    assert (letter.state, letter.tries, letter.error) == ("waiting", 1, "It answered 500.")
    hooks.status = 410
    Letter.objects.update(next_at=timezone.now())
    assert deliver() == 0
    assert not Subscriber.objects.exists()


def test_a_mail_server_that_is_down_for_an_hour_loses_nothing_and_doubles_nothing(settings: Any) -> None:
    for number in range(5):
        subscribed(f"eve{number}@people.example")
    an_update()
    spread((), timezone.now())
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_TIMEOUT = "127.0.0.1", 2
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.EMAIL_PORT = 9
    tries, waited = 0, timedelta()
    while waited < timedelta(hours=1):
        assert deliver() == 0
        tries += 5
        soonest = Letter.objects.order_by("next_at").first()
        assert soonest is not None
        waited += soonest.next_at - timezone.now()
        Letter.objects.update(next_at=timezone.now())
    assert tries < 60, "it is not hammered at"
    with mail_server() as server:
        settings.EMAIL_PORT = server.server_address[1]
        assert deliver() == 5
        assert deliver() == 0
        assert sorted(server.asked) == [f"eve{number}@people.example" for number in range(5)]


def test_many_couriers_bring_each_letter_once(hooks: Hooks) -> None:
    for number in range(40):
        subscribed(f"{hooks.url}&n={number}", Kind.WEBHOOK)
    an_update()
    spread((), timezone.now())

    def work() -> None:
        deliver()
        connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    names = [headers["webhook-id"] for headers, _ in hooks.taken]
    assert len(names) == len(set(names)) == 40


def test_only_what_somebody_wants_to_know() -> None:
    wants = subscribed("a@people.example", components=("checkout",))
    subscribed("b@people.example", components=("mail",))
    everything = subscribed("c@people.example")
    an_update()
    spread((), timezone.now())
    assert set(Letter.objects.values_list("subscriber", flat=True)) == {wants.pk, everything.pk}


def test_planned_work_is_told_of_when_it_is_announced_begins_and_is_called_off(box: Path) -> None:
    subscribed()
    now = timezone.now()
    plan = planning.plan("New disks", "Nothing is noticed.", begins=now + timedelta(hours=1),
                         ends=now + timedelta(hours=2), by="ada")  # fmt: skip
    assert spread((), timezone.now()) == 1
    planning.cancel(plan.pk, by="ada")
    assert spread((), timezone.now()) == 1
    deliver()
    assert [one["Subject"] for one in mails(box)] == [
        "[eSeller Cloud] Scheduled: New disks", "[eSeller Cloud] Cancelled: New disks",
    ]  # fmt: skip


def test_the_public_reads_posts_and_each_place_gets_each_once(hooks: Hooks) -> None:
    number = an_update()
    places = {"everywhere": (f"json://127.0.0.1:{hooks.server_address[1]}/",)}
    assert spread(places, timezone.now()) == 1
    assert deliver(places) == 1
    an_update(Public.RESOLVED, number)
    assert spread(places, timezone.now()) == 1
    hooks.status = 500
    assert deliver(places) == 0
    hooks.status = 200
    Letter.objects.update(next_at=timezone.now())
    assert deliver(places) == 1
    said = [json.loads(body)["message"] for _, body in hooks.taken]
    assert said[0].startswith("Investigating: Orders fail\n")
    assert said[-1].startswith("Resolved: Orders fail\n")
    assert deliver({}) == 0


def test_a_post_is_short_enough_for_everywhere() -> None:
    content = {"type": "incident.updated", "state": "investigating", "title": "T" * 150, "body": "words " * 200,
               "url": "https://status.shops.example/incidents/abcdef012345/"}  # fmt: skip
    text = composing.post(content)
    assert len(text) <= composing.MOST_POST
    assert text.endswith(content["url"])


def test_who_sends_the_form_too_often_has_to_wait() -> None:
    answers = [
        Client().post("/subscribe/", {"kind": "mail", "address": f"a{number}@people.example"}).status_code
        for number in range(25)
    ]
    assert answers.count(200) == 20
    assert set(answers[20:]) == {429}


def test_a_thousand_subscribers_take_few_statements() -> None:
    now = timezone.now()
    Subscriber.objects.bulk_create(
        Subscriber(kind="mail", address=f"{number}@people.example", confirmed_at=now) for number in range(1000)
    )
    an_update()
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as asked:
        spread((), timezone.now())
    assert Letter.objects.count() == 1000
    assert len(asked) < 20, [one["sql"][:60] for one in asked]
