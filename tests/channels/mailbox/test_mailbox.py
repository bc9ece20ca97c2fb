"""The mailbox page: what it shows, and what a hostile mail cannot do."""

from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from django.core.mail import EmailMultiAlternatives
from django.test import Client

from eseller.channels.mailbox import letters
from eseller.services.mailer import MailboxBackend, mailbox_dir

HOST = "mailbox.localhost"


@pytest.fixture
def box(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("django.conf.settings.DATA_DIR", tmp_path)
    return mailbox_dir()


def send(subject: str = "Hello", *, shop: str = "lerfryd", text: str = "Words", html: str = "") -> str:
    """Write a mail as the platform does, and return its name."""
    mail = EmailMultiAlternatives(
        subject, text, "Shop <shop@shop.example>", ["karen@people.example"], headers={"X-Shop": shop}
    )
    if html:
        mail.attach_alternative(html, "text/html")
    MailboxBackend().send_messages([mail])
    return sorted(path.name for path in mailbox_dir().glob("*.eml"))[-1]


def get(path: str, **more: Any) -> Any:
    return Client(HTTP_HOST=HOST).get(path, **more)


def test_mails_are_listed_newest_first_and_by_shop(box: Path) -> None:
    send("First")
    send("Second", shop="other")
    page = get("/").content.decode()
    assert page.index("Second") < page.index("First")
    one = get("/?shop=lerfryd").content.decode()
    assert "First" in one
    assert "Second" not in one


def test_an_empty_box_says_so(box: Path) -> None:
    assert "No mails yet" in get("/").content.decode()


def test_text_and_html_are_shown_apart(box: Path) -> None:
    name = send(
        text="See https://shop.example/o?a=1&b=2 now", html="<html><head></head><body><b>Bold</b></body></html>"
    )
    page = get(f"/mail/{name}").content.decode()
    assert f'src="/mail/{name}/html"' in page
    assert "<b>Bold</b>" not in page
    text = get(f"/mail/{name}?view=text").content.decode()
    assert '<a href="https://shop.example/o?a=1&amp;b=2"' in text
    assert "<b>Bold</b>" in get(f"/mail/{name}/html").content.decode()


def test_a_hostile_mail_is_kept_in_its_frame(box: Path) -> None:
    evil = '<script>alert(1)</script><img src="https://spy.example/x.gif">'
    name = send(f"{evil} subject", text=evil, html=evil, shop='"><b>')
    for path in ("/", f"/mail/{name}", f"/mail/{name}?view=text"):
        assert evil not in get(path).content.decode()
    frame = get(f"/mail/{name}/html")
    policy = frame.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox" in policy
    assert "allow-scripts" not in policy
    assert "img-src data:" in policy
    assert frame.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert 'sandbox="allow-popups' in get(f"/mail/{name}").content.decode()


@pytest.mark.parametrize(
    "name",
    ["../secret", "..%2Fsecret", "%2e%2e/secret", "0" * 20 + "-00000000.eml", "x.eml", "a" * 5000, "%00"],
)
def test_only_mails_are_handed_out(box: Path, name: str) -> None:
    box.mkdir(parents=True)
    (box.parent / "secret").write_text("key")
    (box / "x.eml").write_text("Subject: x\n\nx")
    for path in (f"/mail/{name}", f"/mail/{name}/html"):
        answer = get(path)
        assert answer.status_code == 404
        assert b"key" not in answer.content


def test_what_cannot_be_read_is_left_out(box: Path) -> None:
    good = send("Good")
    (box / ("1" * 20 + "-aaaaaaaa.eml")).write_bytes(b"\xff\xfe" * 1000)
    (box / ("2" * 20 + "-aaaaaaaa.eml")).write_bytes(b"Content-Type: text/plain; charset=nonsense\n\n\xff")
    (box / ("3" * 20 + "-aaaaaaaa.eml")).write_bytes(b"Subject: big\n\n" + b"x" * (letters.MOST_BYTES + 1))
    (box / ("4" * 20 + "-aaaaaaaa.eml")).mkdir()
    assert get("/").status_code == 200
    assert get(f"/mail/{good}").status_code == 200
    for digit in "1234":
        assert get(f"/mail/{digit * 20}-aaaaaaaa.eml").status_code in (200, 404)
    assert get(f"/mail/{'3' * 20}-aaaaaaaa.eml").status_code == 404


def test_a_mail_of_headers_alone(box: Path) -> None:
    box.mkdir(parents=True)
    message = EmailMessage()
    message["Subject"] = "Only a subject"
    (box / ("5" * 20 + "-bbbbbbbb.eml")).write_bytes(message.as_bytes())
    assert "Only a subject" in get(f"/mail/{'5' * 20}-bbbbbbbb.eml").content.decode()


def test_nothing_can_be_sent_to_it(box: Path) -> None:
    client = Client(HTTP_HOST=HOST, HTTP_ORIGIN=f"http://{HOST}")
    assert client.post("/").status_code in (403, 405)


def test_the_mailbox_is_not_at_other_hosts(box: Path, shop: Any) -> None:
    name = send()
    for host in ("backoffice.localhost", f"{shop.slug}.localhost"):
        assert Client(HTTP_HOST=host).get(f"/mail/{name}").status_code in (302, 404)
