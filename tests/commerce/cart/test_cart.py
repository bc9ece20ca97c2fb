"""Carts: found by cookie or customer, always at today's price and stock."""

from datetime import timedelta
from typing import Any

import psycopg
import pytest
from django.db import connection

from eseller.commerce.cart import models
from eseller.commerce.cart.actions import add_line as adding
from eseller.commerce.cart.actions.add_line import add_line
from eseller.commerce.cart.actions.merge_on_login import merge_on_login
from eseller.commerce.cart.actions.set_quantity import empty_cart, remove_line, set_quantities
from eseller.commerce.cart.errors import CartFull, NotEnough, NotForSale, QuantityOutOfRange
from eseller.commerce.cart.models import Cart, CartLine
from eseller.commerce.cart.queries import cart_summary, cart_view
from eseller.commerce.cart.records import CartOwner, CartView, Problem
from eseller.commerce.cart.tasks import purge_old_carts
from eseller.commerce.catalog.models import Product, Variant
from eseller.commerce.customers.models import Customer
from eseller.commerce.inventory.models import StockItem
from eseller.commerce.pricing.models import Price
from eseller.kernel import clock
from eseller.kernel.money import MAX_AMOUNT
from eseller.tenancy.hosts import ShopInfo
from eseller.tenancy.outages import outlast
from eseller.tenancy.scope import shop_transaction
from tests.commerce import shopping


@pytest.fixture
def info(shop: Any) -> ShopInfo:
    return shopping.make_ready(shop)


def seen(info: ShopInfo, owner: CartOwner, language: str = "en") -> CartView:
    with shop_transaction(info.id):
        return cart_view(owner, shop=info, language=language)


def pieces(info: ShopInfo, owner: CartOwner) -> dict[int, int]:
    return {line.variant_id: line.quantity for line in seen(info, owner).lines}


def add(info: ShopInfo, owner: CartOwner, variant: int, quantity: int = 1) -> Any:
    with shop_transaction(info.id):
        return add_line(owner=owner, shop=info, variant_id=variant, quantity=quantity, actor="shopper")


def make_customer(info: ShopInfo) -> CartOwner:
    with shop_transaction(info.id):
        customer = Customer.objects.create(email="k@people.example", password="!", name="K", language="en")
    return CartOwner(customer_id=customer.pk)


def test_a_cart_shows_what_is_in_it(info: ShopInfo) -> None:
    mug = shopping.make_variant(info, price=10000, stock=7, title="Mug", size="Large", sku="M-L", weight_g=300)
    owner = shopping.fill_cart(info, {mug: 2})
    view = seen(info, owner, language="da")
    (line,) = view.lines
    assert (line.title, line.options, line.sku, line.left, line.problem) == ("Mug", "Large", "M-L", 7, None)
    assert line.unit_price is not None
    assert line.line_total is not None
    assert (line.unit_price.amount, line.line_total.amount, view.subtotal.amount) == (10000, 20000, 20000)
    assert view.count == 2


def test_a_token_is_given_out_once_and_only_its_hash_is_kept(info: ShopInfo) -> None:
    mug = shopping.make_variant(info)
    first = add(info, CartOwner(), mug)
    assert first.new_token
    second = add(info, CartOwner(first.new_token), mug, 2)
    assert (second.new_token, second.count, second.quantity) == (None, 3, 3)
    with shop_transaction(info.id):
        assert first.new_token not in str(list(Cart.objects.values()))


def test_a_token_that_we_did_not_give_out_makes_no_cart(info: ShopInfo) -> None:
    mug = shopping.make_variant(info)
    added = add(info, CartOwner("chosen-by-somebody-else"), mug)
    assert added.new_token not in (None, "chosen-by-somebody-else")
    assert pieces(info, CartOwner("chosen-by-somebody-else")) == {}


def test_a_cart_of_another_shop_is_not_found(info: ShopInfo, make_shop: Any) -> None:
    owner = shopping.fill_cart(info, {shopping.make_variant(info): 1})
    other = shopping.make_ready(make_shop())
    assert pieces(other, owner) == {}


def test_adding_takes_two_statements(info: ShopInfo) -> None:
    mug = shopping.make_variant(info)
    for owner in (CartOwner(), shopping.fill_cart(info, {mug: 1})):
        statements: list[str] = []

        def count(execute: Any, sql: str, params: Any, many: bool, context: Any, into: Any = statements) -> Any:
            into.append(sql)
            return execute(sql, params, many, context)

        with shop_transaction(info.id), connection.execute_wrapper(count):
            add_line(owner=owner, shop=info, variant_id=mug, quantity=1, actor="shopper")
        assert len(statements) == 2


def test_what_was_added_and_not_told_is_not_added_again(info: ShopInfo) -> None:
    """The database goes away after the commit and before its answer, so the request is begun anew."""
    mug = shopping.make_variant(info)
    owner = shopping.fill_cart(info, {mug: 1})
    answers: list[Any] = []

    def request() -> Any:
        answers.append(add(info, owner, mug, 2))
        if len(answers) == 1:
            raise psycopg.OperationalError("server closed the connection unexpectedly")
        return answers[-1]

    told = outlast(request, repeatable=True)
    assert pieces(info, owner) == {mug: 3}
    assert len(answers) == 2
    assert (told.quantity, told.count) == (answers[0].quantity, answers[0].count) == (3, 3)
    # Another request adds again.
    outlast(lambda: add(info, owner, mug, 1), repeatable=True)
    assert pieces(info, owner) == {mug: 4}


def test_a_cart_that_was_made_and_not_told_of_is_found_again(info: ShopInfo) -> None:
    """Nobody ever had the first token; the second one opens the same cart, with as much in it."""
    mug = shopping.make_variant(info)
    tokens: list[str] = []

    def request() -> Any:
        added = add(info, CartOwner(), mug, 2)
        tokens.append(added.new_token)
        if len(tokens) < 3:
            raise psycopg.OperationalError("server closed the connection unexpectedly")
        return added

    told = outlast(request, repeatable=True)
    assert len(set(tokens)) == 3
    assert (told.new_token, told.quantity, told.count) == (tokens[-1], 2, 2)
    assert pieces(info, CartOwner(token=tokens[-1])) == {mug: 2}
    assert pieces(info, CartOwner(token=tokens[0])) == {}
    with shop_transaction(info.id):
        assert Cart.objects.count() == 1


def test_what_has_no_stock_row_is_sold_out_as_on_its_page(info: ShopInfo) -> None:
    mug = shopping.make_variant(info)
    owner = shopping.fill_cart(info, {mug: 1})
    with shop_transaction(info.id):
        StockItem.objects.filter(variant_id=mug).delete()
        (line,) = cart_view(owner, shop=info, language="en").lines
    assert (line.problem, line.left) == (Problem.SOLD_OUT, 0)
    with pytest.raises(NotEnough) as gone:
        add(info, CartOwner(), mug)
    assert gone.value.left == 0


def test_no_more_can_be_had_than_can_be_invoiced(info: ShopInfo) -> None:
    dear = shopping.make_variant(info, price=MAX_AMOUNT // 3, stock=None)
    owner = shopping.fill_cart(info, {dear: 4})
    with shop_transaction(info.id):
        (line,) = cart_view(owner, shop=info, language="en").lines
    assert (line.problem, line.left) == (Problem.TOO_MANY, 3)


def test_limits_are_said(info: ShopInfo, monkeypatch: pytest.MonkeyPatch) -> None:
    mug, endless = shopping.make_variant(info, stock=3), shopping.make_variant(info, stock=None)
    for quantity in (0, -1, models.MAX_QUANTITY + 1):
        with pytest.raises(QuantityOutOfRange):
            add(info, CartOwner(), mug, quantity)
    with pytest.raises(NotEnough) as few:
        add(info, CartOwner(), mug, 4)
    assert few.value.left == 3
    owner = shopping.fill_cart(info, {mug: 2, endless: models.MAX_QUANTITY})
    with pytest.raises(NotEnough):
        add(info, owner, mug, 2)
    with pytest.raises(QuantityOutOfRange):
        add(info, owner, endless)
    monkeypatch.setattr(adding, "MAX_LINES", 2)
    with pytest.raises(CartFull):
        add(info, owner, shopping.make_variant(info))
    assert add(info, owner, mug).quantity == 3


def test_what_is_not_for_sale_cannot_be_added(info: ShopInfo) -> None:
    for variant in (
        shopping.make_variant(info, price=None),
        shopping.make_variant(info, state="draft"),
        shopping.make_variant(info, state="archived"),
        987654321,
    ):
        with pytest.raises(NotForSale):
            add(info, CartOwner(), variant)
    for variant in (-1, 2**63):
        with pytest.raises(QuantityOutOfRange):
            add(info, CartOwner(), variant)


def test_problems_show_when_the_world_changes(info: ShopInfo) -> None:
    gone, few, free, withdrawn, fine = (shopping.make_variant(info, stock=9) for _ in range(5))
    owner = shopping.fill_cart(info, {gone: 2, few: 2, free: 2, withdrawn: 2, fine: 2})
    with shop_transaction(info.id):
        StockItem.objects.filter(variant_id=gone).update(on_hand=0)
        StockItem.objects.filter(variant_id=few).update(on_hand=1)
        Price.objects.filter(variant_id=free).delete()
        Variant.objects.filter(pk=withdrawn).update(active=False)
    problems = {line.variant_id: line.problem for line in seen(info, owner).lines}
    assert problems == {
        gone: Problem.SOLD_OUT,
        few: Problem.TOO_MANY,
        free: Problem.NO_PRICE,
        withdrawn: Problem.WITHDRAWN,
        fine: None,
    }
    assert len(seen(info, owner).problems) == 4
    with shop_transaction(info.id):
        Product.objects.update(state="archived")
    assert {line.problem for line in seen(info, owner).lines} == {Problem.WITHDRAWN}


def test_quantities_change_and_lines_go(info: ShopInfo) -> None:
    mug, cup, bowl = (shopping.make_variant(info) for _ in range(3))
    owner = shopping.fill_cart(info, {mug: 1, cup: 2})
    key = seen(info, owner).checkout_key
    with shop_transaction(info.id):
        assert set_quantities(owner=owner, quantities={mug: 5, cup: 0, bowl: 7}, actor="shopper").count == 5
    assert pieces(info, owner) == {mug: 5}
    assert seen(info, owner).checkout_key != key
    for wrong in ({mug: -1}, {mug: models.MAX_QUANTITY + 1}, {mug: 2, cup: -5}):
        with pytest.raises(QuantityOutOfRange), shop_transaction(info.id):
            set_quantities(owner=owner, quantities=wrong, actor="shopper")
    assert pieces(info, owner) == {mug: 5}
    with shop_transaction(info.id):
        assert remove_line(owner=owner, variant_id=mug, actor="shopper").count == 0
        empty_cart(owner=owner, actor="shopper")
        assert cart_summary(owner).count == 0
        assert not Cart.objects.exists()


def test_a_cart_survives_signing_in(info: ShopInfo) -> None:
    mug, cup, bowl = (shopping.make_variant(info) for _ in range(3))
    guest = shopping.fill_cart(info, {mug: 1, cup: 5})
    customer = make_customer(info)
    with shop_transaction(info.id):
        merge_on_login(token=guest.token, customer_id=customer.customer_id or 0, actor="shopper")
    assert pieces(info, customer) == {mug: 1, cup: 5}
    assert pieces(info, guest) == {}  # the cookie alone no longer opens it
    second = shopping.fill_cart(info, {mug: 4, cup: 2, bowl: 1})
    with shop_transaction(info.id):
        merge_on_login(token=second.token, customer_id=customer.customer_id or 0, actor="shopper")
        merge_on_login(token=second.token, customer_id=customer.customer_id or 0, actor="shopper")
        merge_on_login(token=None, customer_id=customer.customer_id or 0, actor="shopper")
        assert Cart.objects.count() == 1
    assert pieces(info, customer) == {mug: 4, cup: 5, bowl: 1}


def test_a_signed_in_customer_needs_no_cookie(info: ShopInfo) -> None:
    mug = shopping.make_variant(info)
    customer = make_customer(info)
    assert add(info, customer, mug).new_token is None
    assert add(info, customer, mug).count == 2
    with shop_transaction(info.id):
        assert Cart.objects.count() == 1


def test_old_carts_are_deleted(info: ShopInfo) -> None:
    shopping.fill_cart(info, {shopping.make_variant(info): 1})
    with clock.moved(timedelta(days=59)):
        purge_old_carts(timestamp=0)
    with shop_transaction(info.id):
        assert CartLine.objects.count() == 1
    with clock.moved(timedelta(days=61)):
        purge_old_carts(timestamp=0)
    with shop_transaction(info.id):
        assert not CartLine.objects.exists()
