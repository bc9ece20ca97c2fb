"""Mails leave once, in the language of their reader, and carry the shop; nothing breaks out of a header."""

import email
from collections.abc import Iterator
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import msgspec
import pytest
from django.test.utils import override_settings

from eseller.commerce.orders.actions.mark_paid import mark_paid
from eseller.commerce.orders.actions.place_order import place_order
from eseller.commerce.orders.actions.refund import refund
from eseller.commerce.orders.actions.ship import ship
from eseller.commerce.orders.mails import tell
from eseller.kernel import clock
from eseller.services import mailer, outbox, sending
from eseller.services.models import OutboxMessage
from eseller.services.sending import deliver
from eseller.tenancy.hosts import ShopInfo
from eseller.tenancy.scope import shop_transaction
from tests.commerce import shopping
from tests.concurrency.crowd import all_at_once


@pytest.fixture
def mailbox(tmp_path: Path) -> Iterator[Path]:
    with override_settings(DATA_DIR=tmp_path):
        yield tmp_path / "mailbox"


@pytest.fixture
def info(make_shop: Any) -> ShopInfo:
    return shopping.make_ready(make_shop(name="Lerfryd", address="Pottemagervej 12\n8000 Aarhus C"))


def bought(info: ShopInfo, **values: Any) -> str:
    owner = shopping.fill_cart(info, {shopping.make_variant(info, title="Mug <b>", size="Ø 9 cm"): 2})
    details = shopping.details_for(info, owner, **values)
    return place_order(shop=info, owner=owner, details=details, actor="shopper").number


def send_all(info: ShopInfo) -> None:
    with shop_transaction(info.id):
        waiting = list(OutboxMessage.objects.filter(state="pending").order_by("id").values_list("pk", flat=True))
    for message in waiting:
        assert deliver(shop_id=info.id, message_id=message, attempts=3)


def read(mailbox: Path) -> list[EmailMessage]:
    return [
        email.message_from_bytes(path.read_bytes(), policy=default)
        for path in sorted(mailbox.glob("*.eml"))
    ]


def body_of(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    assert part is not None
    return str(part.get_content())


def test_every_mail_of_an_orders_life_has_text_and_html(info: ShopInfo, mailbox: Path) -> None:
    number = bought(info)
    send_all(info)
    ship(shop_id=info.id, number=number, key="k", tracking_number="TR1", actor="member:1")
    refund(shop_id=info.id, number=number, key="c", amount=50, actor="member:1")
    send_all(info)
    mark_paid(shop_id=info.id, number=number, actor="member:1")
    refund(shop_id=info.id, number=number, key="r", amount=100, actor="member:1")
    with shop_transaction(info.id):
        order = OutboxMessage.objects.get(kind="order_confirmation").payload["order"]
        for reason in ("merchant", "sold_out", "declined", "too_late"):
            tell("order_cancelled", order_id=order, recipient="k@p.example", language="en", about=reason, reason=reason)
    send_all(info)
    mails = read(mailbox)
    assert len(mails) == 9
    for mail in mails:
        assert mail["X-Shop"] == info.slug
        assert mail["From"] == f"Lerfryd <{info.contact_email}>"
        for kind in ("plain", "html"):
            body = body_of(mail, kind)
            assert number in mail["Subject"] + body
            assert f"http://{info.primary_host}:18000/" in body
            assert "{{" not in body
            assert "{%" not in body
    confirmation = body_of(mails[0], "plain")
    assert "2 × Mug <b> (Ø 9 cm)" in confirmation
    assert "Pay within 14 days." in confirmation
    assert f"Please quote {number} when you pay." in confirmation
    assert "Mug &lt;b&gt;" in body_of(mails[0], "html")
    assert "https://track.example/TR1" in body_of(mails[1], "html")
    credit = body_of(mails[2], "plain").replace("\N{NO-BREAK SPACE}", " ")
    assert f"need not pay DKK 0.50 of order {number}" in credit
    assert "left to pay is DKK 238.50" in credit
    assert "given back" not in credit
    assert "given back" in body_of(mails[4], "plain")
    assert "not charged" in body_of(mails[6], "plain")
    assert "not charged" in body_of(mails[8], "plain")


def test_amounts_and_addresses_are_written_in_the_readers_language(info: ShopInfo, mailbox: Path) -> None:
    bought(info, language="da")
    send_all(info)
    (mail,) = read(mailbox)
    body = body_of(mail, "plain").replace("\N{NO-BREAK SPACE}", " ")
    assert "239,00 kr." in body
    assert "8000 Aarhus C, Danmark" in body
    assert f"http://{info.primary_host}:18000/da/order/" in body


def test_a_mail_is_put_once_for_its_key_and_only_with_the_transaction(info: ShopInfo) -> None:
    def put() -> bool:
        return outbox.put(
            kind="order_confirmation", key="k", recipient="a@b.example", language="en", payload={"order": 1}
        )

    def put_and_fail() -> None:
        with shop_transaction(info.id):
            put()
            raise ValueError("undone")

    with pytest.raises(ValueError, match="undone"):
        put_and_fail()
    with shop_transaction(info.id):
        assert not OutboxMessage.objects.exists()
        assert put()
        assert not put()
        assert OutboxMessage.objects.count() == 1
    with pytest.raises(KeyError), shop_transaction(info.id):
        outbox.put(kind="unheard_of", key="k", recipient="a@b.example", language="en", payload={})


def test_a_message_is_sent_by_one_worker_only(info: ShopInfo, mailbox: Path) -> None:
    bought(info)
    with shop_transaction(info.id):
        message = OutboxMessage.objects.get().pk
    sent = all_at_once(lambda _: deliver(shop_id=info.id, message_id=message, attempts=3), range(8), threads=8)
    assert sorted(sent, key=bool) == [False] * 7 + [True]
    assert len(read(mailbox)) == 1


def test_a_failure_is_noted_tried_again_and_given_up(info: ShopInfo, tmp_path: Path) -> None:
    bought(info)
    with shop_transaction(info.id):
        message = OutboxMessage.objects.get().pk
    with override_settings(MAIL_URL="smtp://127.0.0.1:1"):
        for attempt in (1, 2):
            with pytest.raises(ConnectionRefusedError):
                deliver(shop_id=info.id, message_id=message, attempts=2)
            with shop_transaction(info.id):
                row = OutboxMessage.objects.get()
            assert (row.state, row.attempts) == ("pending" if attempt == 1 else "failed", attempt)
            assert "ConnectionRefusedError" in row.last_error
    with override_settings(DATA_DIR=tmp_path):
        assert not deliver(shop_id=info.id, message_id=message, attempts=2)


def test_who_dies_with_a_claim_loses_it(info: ShopInfo, mailbox: Path) -> None:
    bought(info)
    with shop_transaction(info.id):
        message = OutboxMessage.objects.get().pk
    assert sending._claim(info.id, message) is not None
    assert not deliver(shop_id=info.id, message_id=message, attempts=3)
    with clock.moved(sending.CLAIM):
        assert deliver(shop_id=info.id, message_id=message, attempts=3)
    assert len(read(mailbox)) == 1


def test_a_message_of_another_shop_is_not_sent(info: ShopInfo, make_shop: Any, mailbox: Path) -> None:
    bought(info)
    with shop_transaction(info.id):
        message = OutboxMessage.objects.get().pk
    assert not deliver(shop_id=make_shop().pk, message_id=message, attempts=3)
    assert read(mailbox) == []


def test_nothing_breaks_out_of_a_header(info: ShopInfo) -> None:
    evil = "Evil\r\nBcc: all@people.example\r\n\r\n<script>"
    shop = msgspec.structs.replace(info, name=evil, contact_email="a@b.example")
    values = {"shop": shop, "url": "http://x.example/"}
    told = outbox.Mail(subject=f"Your order at {evil}", template="mail/customer_password_reset", values=values)
    message = sending.compose(shop, told, "a@b.example").message()
    mail = email.message_from_bytes(message.as_bytes(), policy=default)
    assert mail["Bcc"] is None
    assert [part.get_content_type() for part in mail.walk()] == ["multipart/alternative", "text/plain", "text/html"]
    assert "Bcc: all" in mail["From"]
    assert "Evil Bcc: all@people.example" in mail["Subject"]


def test_a_platforms_mail_comes_from_the_platform(info: ShopInfo) -> None:
    mail = outbox.Mail(
        subject="Hello\n there",
        template="mail/customer_password_reset",
        values={"shop": info, "url": "http://x.example/"},
        sender_name="eSeller",
    )
    message = sending.compose(info, mail, "a@b.example")
    assert message.from_email == "eSeller <no-reply@eseller.localhost>"
    assert message.subject == "Hello there"


@pytest.mark.parametrize(
    ("url", "wanted"),
    [
        ("smtp://mail.internal", {"host": "mail.internal", "port": 25, "use_tls": False, "use_ssl": False}),
        ("smtp+tls://u:p%40ss@m:2525", {"port": 2525, "username": "u", "password": "p@ss", "use_tls": True}),
        ("smtps://m", {"port": 465, "use_ssl": True, "use_tls": False, "timeout": 10}),
    ],
)
def test_the_mail_server_is_read_from_its_address(url: str, wanted: dict[str, Any]) -> None:
    with override_settings(MAIL_URL=url):
        assert mailer.smtp_options().items() >= wanted.items()


def test_the_mailbox_keeps_a_bounded_number(
    info: ShopInfo, mailbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailer, "KEPT", 2)
    for number in range(4):
        mail = outbox.Mail(
            subject=f"Mail {number}",
            template="mail/customer_password_reset",
            values={"shop": info, "url": "http://x.example/"},
        )
        sending.compose(info, mail, "a@b.example").send()
    assert [mail["Subject"] for mail in read(mailbox)] == ["Mail 2", "Mail 3"]
    assert not list(mailbox.glob("*.part"))


def test_making_room_leaves_the_mail_that_another_job_is_writing(
    info: ShopInfo, mailbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailer, "KEPT", 1)
    values = {"shop": info, "url": "http://x.example/"}
    mail = outbox.Mail(subject="Mail", template="mail/customer_password_reset", values=values)
    answers = all_at_once(lambda number: sending.compose(info, mail, f"a{number}@b.example").send(), range(80))
    assert answers == [1] * 80


def test_a_mail_whose_order_is_gone_says_nothing(info: ShopInfo, mailbox: Path) -> None:
    with shop_transaction(info.id):
        tell("order_confirmation", order_id=987654, recipient="k@p.example", language="en")
        message = OutboxMessage.objects.get()
    assert deliver(shop_id=info.id, message_id=message.pk, attempts=3)
    assert read(mailbox) == []
    assert msgspec.json.encode(message.payload) == b'{"order":987654}'
