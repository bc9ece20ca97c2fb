"""Who pays by transfer is told where, what and under which reference: on the order's page and by mail."""

import email
from email.policy import default
from pathlib import Path

import pytest
from django.test.utils import override_settings

from eseller.commerce.orders.actions.mark_paid import mark_paid
from eseller.commerce.orders.actions.ship import ship
from eseller.commerce.orders.models import Order
from eseller.services.models import OutboxMessage
from eseller.services.sending import deliver
from eseller.tenancy.scope import shop_transaction
from tests.channels.storefront.shoppers import Shopper
from tests.channels.storefront.shops import stocked_shop
from tests.channels.storefront.test_checkout import place

ACCOUNT = "DK00 1234"  # of the stocked shop, whose transfer has no instructions


@pytest.fixture
def buyer() -> Shopper:
    shopper = Shopper(stocked_shop())
    shopper.add("VASE", 2)
    return shopper


def ordered(buyer: Shopper, method: str = "transfer") -> tuple[str, str]:
    """Place the order; return its page's address and its number."""
    path = place(buyer, payment_method=method, card_number="", card_expiry="", card_cvc="")["Location"]
    with shop_transaction(buyer.stocked.shop.pk):
        return path, Order.objects.get().number


def confirmation(buyer: Shopper, directory: Path) -> list[str]:
    """Send the confirmation; return its text and its HTML."""
    with shop_transaction(buyer.stocked.shop.pk):
        message = OutboxMessage.objects.get(kind="order_confirmation").pk
    with override_settings(DATA_DIR=directory):
        assert deliver(shop_id=buyer.stocked.shop.pk, message_id=message, attempts=3)
    (file,) = (directory / "mailbox").glob("*.eml")
    mail = email.message_from_bytes(file.read_bytes(), policy=default)
    bodies = [mail.get_body((kind,)) for kind in ("plain", "html")]
    return [str(body.get_content()).replace("\N{NO-BREAK SPACE}", " ") for body in bodies if body is not None]


@pytest.mark.parametrize("method", ["transfer", "invoice"])
def test_the_mail_tells_where_to_pay_although_there_are_no_instructions(
    buyer: Shopper, tmp_path: Path, method: str
) -> None:
    _, number = ordered(buyer, method)
    for body in confirmation(buyer, tmp_path):
        assert ACCOUNT in body
        assert f"Please quote {number} when you pay." in body
        assert "Amount" in body


def test_who_paid_by_card_is_asked_for_nothing(buyer: Shopper, tmp_path: Path) -> None:
    assert place(buyer).status_code == 303
    for body in confirmation(buyer, tmp_path):
        assert ACCOUNT not in body
        assert "when you pay" not in body


def test_what_is_left_to_pay_is_told(buyer: Shopper, tmp_path: Path) -> None:
    path, number = ordered(buyer)
    assert "Yet to be paid" not in buyer.text(path)
    mark_paid(shop_id=buyer.stocked.shop.pk, number=number, amount=80_000, key="k", actor="test")
    text = buyer.text(path)
    assert "How to pay" in text
    for body in [text, *confirmation(buyer, tmp_path)]:
        assert "Yet to be paid" in body
        assert "DKK 79.00" in body
    mark_paid(shop_id=buyer.stocked.shop.pk, number=number, actor="test")
    assert "How to pay" not in buyer.text(path)


def test_goods_that_left_before_they_were_paid_still_tell_how_to(buyer: Shopper) -> None:
    path, number = ordered(buyer, "invoice")
    ship(shop_id=buyer.stocked.shop.pk, number=number, key="k", actor="test")
    text = buyer.text(path)
    assert "How to pay" in text
    assert ACCOUNT in text
