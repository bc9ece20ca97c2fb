"""Orders: the list, one order, and what is done with it, once."""

import re
from typing import Any

import pytest
from django.db import connections

from eseller.commerce.orders import queries
from eseller.commerce.orders.models import Fulfilment, Order
from eseller.commerce.orders.records import OrderDetail
from eseller.commerce.payments.errors import Refused
from eseller.commerce.payments.models import Refund
from eseller.commerce.payments.testcard import TestCard
from eseller.kernel.ids import new_token
from eseller.services.models import OutboxMessage
from eseller.tenancy.scope import shop_transaction
from tests.channels.backoffice.office import browser_of, counted, fields_of, text_of
from tests.channels.backoffice.world import World, make_order, make_world
from tests.commerce import shopping


@pytest.fixture
def world(shop: Any) -> World:
    return make_world(shop)


def detail(world: World, number: str) -> OrderDetail:
    with shop_transaction(world.shop.pk):
        return queries.order_detail(number, language="en")


def test_a_parcel_is_sent_once_however_often_the_form_is(world: World) -> None:
    browser, path = browser_of(world.shop, "clerk"), world.path(f"orders/{world.invoice_order}/ship")
    form = fields_of(browser.get(path), '<form class="form"')
    line = next(name for name in form if name.startswith("line-"))
    form[line] = "1"
    for _time in range(2):
        answer = browser.send(path, form | {"tracking_number": "TRACK-1"})
        assert answer.headers["Location"].endswith(f"{world.invoice_order}?done=shipped")
    with shop_transaction(world.shop.pk):
        assert Fulfilment.objects.filter(order__number=world.invoice_order).count() == 1
    order = detail(world, world.invoice_order)
    assert order.fulfilment_state == "partially_fulfilled"
    assert order.lines[0].fulfilled == 1
    page = text_of(browser.get(world.path(f"orders/{world.invoice_order}")))
    assert "TRACK-1" in page
    assert "Parcel sent" in page
    again = fields_of(browser.get(path), '<form class="form"')
    assert again[line] == "1"
    assert again["key"] != form["key"]
    browser.send(path, again)
    browser.send(path, again)
    assert detail(world, world.invoice_order).fulfilment_state == "fulfilled"


def test_more_than_is_open_cannot_be_shipped_and_the_form_keeps_what_was_typed(world: World) -> None:
    browser, path = browser_of(world.shop), world.path(f"orders/{world.invoice_order}/ship")
    form = fields_of(browser.get(path), '<form class="form"')
    line = next(name for name in form if name.startswith("line-"))
    for wrong in ("3", "-1", "many", "0"):
        answer = browser.send(path, form | {line: wrong, "tracking_number": "KEPT-1"})
        assert answer.status_code == 422
        assert 'value="KEPT-1"' in answer.content.decode()
    assert detail(world, world.invoice_order).parcels == ()


def test_a_parcel_whose_card_could_not_be_charged_says_so_until_it_is(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser, path = browser_of(world.shop, "clerk"), world.path(f"orders/{world.card_order}")
    assert "the card is charged" in text_of(browser.get(f"{path}/ship"))
    with monkeypatch.context() as refusing:
        refusing.setattr(TestCard, "capture", _refused)
        form = fields_of(browser.get(f"{path}/ship"), '<form class="form"')
        assert browser.send(f"{path}/ship", form).headers["Location"].endswith("?done=shipped")
    page = text_of(browser.get(path))
    assert "the card could not be charged. What happened is told below" in page
    assert "The card could not be charged provider_refused" in page
    browser.send(f"{path}/capture")
    page = text_of(browser.get(path))
    assert "What happened is told below" not in page
    assert detail(world, world.card_order).state == "completed"


def _refused(*_arguments: Any, **_values: Any) -> Any:
    raise Refused


def test_a_refund_is_looked_at_then_made_once(world: World) -> None:
    browser = browser_of(world.shop)
    browser.send(world.path(f"orders/{world.card_order}/capture"))
    path = world.path(f"orders/{world.card_order}/refund")
    form = fields_of(browser.get(path), '<form class="form"')
    form |= {"what": "amount", "amount": "1,50", "reason": "chipped"}
    question = browser.send(path, form)
    assert question.status_code == 200
    assert "This cannot be undone" in text_of(question)
    with shop_transaction(world.shop.pk):
        assert Refund.objects.count() == 0
    confirmed = fields_of(question, '<form class="confirm')
    assert confirmed["amount"] == "1,50"
    for _time in range(2):
        assert browser.send(path, confirmed).headers["Location"].endswith("?done=refunded")
    with shop_transaction(world.shop.pk):
        assert [refund.amount for refund in Refund.objects.all()] == [150]
    assert detail(world, world.card_order).payment_state == "partially_refunded"


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"what": "amount", "amount": "abc"}, "amount"),
        ({"what": "amount", "amount": "0"}, "amount"),
        ({"what": "amount", "amount": "999999"}, "amount"),
        ({"what": "amount", "amount": "1,234"}, "amount"),
        ({"what": "lines"}, "what"),
    ],
)
def test_a_refund_that_cannot_be_is_told_at_its_field(world: World, form: dict[str, str], field: str) -> None:
    browser = browser_of(world.shop)
    browser.send(world.path(f"orders/{world.card_order}/capture"))
    path = world.path(f"orders/{world.card_order}/refund")
    answer = browser.send(path, {"key": new_token(), "reason": "kept words", **form})
    assert answer.status_code == 422
    assert "kept words" in answer.content.decode()
    if form.get("amount"):
        assert re.search(r'id="id_amount_error"', answer.content.decode())
    assert detail(world, world.card_order).payment_state == "paid"


def test_cancelling_asks_first_and_is_done_once(world: World) -> None:
    browser, path = browser_of(world.shop, "clerk"), world.path(f"orders/{world.card_order}/cancel")
    assert "cannot be undone" in text_of(browser.get(path))
    assert detail(world, world.card_order).state == "open"
    for _time in range(2):
        assert browser.send(path, {"reason": "asked"}).status_code == 302
    order = detail(world, world.card_order)
    assert (order.state, order.payment_state) == ("cancelled", "voided")
    assert [event.kind for event in order.events].count("cancelled") == 1


def test_what_cannot_be_done_any_more_is_said(world: World) -> None:
    browser = browser_of(world.shop)
    browser.send(world.path(f"orders/{world.invoice_order}/paid"))
    assert detail(world, world.invoice_order).payment_state == "paid"
    browser.send(world.path(f"orders/{world.invoice_order}/ship"), _parcel(browser, world))
    answer = browser.send(world.path(f"orders/{world.invoice_order}/cancel"), {"reason": ""})
    assert answer.status_code == 409
    assert detail(world, world.invoice_order).state == "completed"


def _parcel(browser: Any, world: World) -> dict[str, Any]:
    return fields_of(browser.get(world.path(f"orders/{world.invoice_order}/ship")), '<form class="form"')


def test_a_note_is_on_the_timeline_with_its_author(world: World) -> None:
    browser = browser_of(world.shop, "clerk")
    path = world.path(f"orders/{world.invoice_order}")
    assert browser.send(path, {"text": ""}).status_code == 422
    browser.send(path, {"text": "Gift <b>wrap</b>"})
    page = browser.get(path).content.decode()
    assert "Gift &lt;b&gt;wrap&lt;/b&gt;" in page
    assert "Pia Prøve" in page


def test_papers_are_handed_out_as_pdf(world: World) -> None:
    browser = browser_of(world.shop, "reader")
    clerk = browser_of(world.shop, "clerk")
    clerk.send(world.path(f"orders/{world.invoice_order}/ship"), _parcel(clerk, world))
    paper = detail(world, world.invoice_order).papers[0]
    answer = browser.get(world.path(f"orders/{world.invoice_order}/papers/{paper.id}.pdf"))
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF")
    # A paper of another order, though of the same shop, is not found under this one.
    assert browser.get(world.path(f"orders/{world.card_order}/papers/{paper.id}.pdf")).status_code == 404


def test_the_list_filters_searches_and_keeps_the_filter_in_its_links(world: World) -> None:
    browser = browser_of(world.shop, "reader")
    path = world.path("orders")

    def numbers(query: str) -> set[str]:
        return set(re.findall(r'/orders/([^"/?]+)"', browser.get(path + query).content.decode()))

    both = {world.invoice_order, world.card_order}
    assert numbers("") == both
    assert numbers("?payment=unpaid") == {world.invoice_order}
    assert numbers("?view=unpaid") == {world.invoice_order}
    assert numbers("?payment=authorised") == {world.card_order}
    assert numbers(f"?q={world.card_order}") == {world.card_order}
    assert numbers("?q=karen@people.example") == both
    assert numbers("?q=%27%22%25") == set()
    assert numbers("?q=%00") == both
    assert numbers("?payment=nonsense&page=-3&view=what") == both
    assert "No order fits" in text_of(browser.get(path + "?q=nobody"))


def test_figures_of_the_overview(world: World) -> None:
    page = text_of(browser_of(world.shop, "reader").get(world.path()))
    assert "To ship 2" in page
    assert "To take payment 1" in page
    assert "2 orders" in page


def test_unknown_orders_are_not_found(world: World) -> None:
    browser = browser_of(world.shop)
    for rest in ("orders/nope", "orders/nope/ship", "orders/%00", f"orders/{'9' * 300}"):
        assert browser.get(world.path(rest)).status_code == 404, rest
    assert browser.send(world.path("orders/nope/cancel"), {}).status_code == 404


def test_lists_of_fifty_rows_cost_no_more_statements(shop: Any) -> None:
    info = shopping.make_ready(shop)
    variants = [shopping.make_variant(shop, stock=100) for _number in range(50)]
    browser = browser_of(shop)
    paths = ["", "orders", "products", "categories", "content", "staff", "history", "domains", "settings", "shipping"]
    one = make_order(info, variants[0], 1)
    few = {path: _statements(browser, f"/{shop.slug}/{path}") for path in [*paths, f"orders/{one}"]}
    for variant in variants[1:]:
        make_order(info, variant, 1)
    many = {path: _statements(browser, f"/{shop.slug}/{path}") for path in [*paths, f"orders/{one}"]}
    with shop_transaction(shop.pk):
        assert Order.objects.count() == 50
    assert many == few
    assert max(many.values()) <= 13, many


def _statements(browser: Any, path: str) -> int:
    with counted() as statements:
        assert browser.get(path).status_code == 200
    return len(statements)


def test_a_mail_that_did_not_arrive_is_shown_and_sent_again(world: World) -> None:
    clerk, path = browser_of(world.shop, "clerk"), world.path(f"orders/{world.invoice_order}")
    told = "Order confirmation · karen@people.example"
    for page in (world.path(), path):
        text = text_of(clerk.get(page))
        assert told in text
        assert "the address does not exist or refuses mail" in text
    assert "Send again" not in text_of(browser_of(world.shop, "reader").get(path))
    assert told not in text_of(clerk.get(world.path(f"orders/{world.card_order}")))

    for done in ("mailed", "unchanged"):
        assert clerk.send(f"{path}/mails").headers["Location"].endswith(f"{world.invoice_order}?done={done}")
    with shop_transaction(world.shop.pk):
        (message,) = OutboxMessage.objects.filter(key__startswith="order_confirmation:").order_by("id")[:1]
    assert (message.state, message.attempts) == ("pending", 0)
    with connections["platform"].cursor() as cursor:
        cursor.execute("SELECT status FROM procrastinate_jobs WHERE args ->> 'message' = %s", [str(message.pk)])
        assert cursor.fetchall() == [("todo",), ("todo",)]  # the first was never done here
    for page in (world.path(), path):
        assert told not in text_of(clerk.get(page))
