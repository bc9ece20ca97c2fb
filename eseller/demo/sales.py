"""A month of orders of one demo shop, played through the same actions that shoppers and merchants use."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.utils import translation

from eseller.commerce.cart.actions.add_line import add_line
from eseller.commerce.cart.records import CartOwner
from eseller.commerce.catalog.models import Variant
from eseller.commerce.customers.records import PostalAddress
from eseller.commerce.orders.actions.cancel import cancel
from eseller.commerce.orders.actions.capture import capture
from eseller.commerce.orders.actions.mark_paid import mark_paid
from eseller.commerce.orders.actions.place_order import place_order
from eseller.commerce.orders.actions.refund import refund
from eseller.commerce.orders.actions.ship import ship
from eseller.commerce.orders.checkout import CheckoutDetails, quote
from eseller.commerce.orders.models import Order
from eseller.commerce.payments.records import CardInput
from eseller.demo.content.orders import ORDERS, Event, month_of_orders
from eseller.demo.content.orders import Order as DemoOrder
from eseller.demo.content.records import ShopContent
from eseller.kernel import clock
from eseller.kernel.errors import EsellerError
from eseller.kernel.ids import new_token
from eseller.services.models import OutboxMessage
from eseller.tenancy.hosts import ShopInfo, shop_info
from eseller.tenancy.scope import shop_transaction

ACTOR = "demo"
CARD = CardInput(number="4242 4242 4242 4242", expiry="12/30", cvc="123")
RECENT_MAILS = 12


def load_sales(shop_id: int, content: ShopContent, *, end: datetime, count: int = ORDERS) -> list[str]:
    """Play the month that ends at ``end``, unless the shop has orders already; return what was not possible."""
    with shop_transaction(shop_id):
        shop = shop_info(shop_id)
        if Order.objects.exists():
            return []
        variants = dict(Variant.objects.exclude(sku=None).values_list("sku", "pk"))
    story: list[tuple[datetime, Event, str]] = []
    for order in month_of_orders(content, until=end, count=count):
        with _at(order.placed_at):
            number = _place(shop, order, variants)
        story += [(event.at, event, number) for event in order.events]
    paid_by = {}
    with shop_transaction(shop_id):
        paid_by = dict(Order.objects.values_list("number", "payment_method"))
    failures = []
    for at, event, number in sorted(story, key=lambda item: item[0]):
        try:
            with _at(at):
                _happen(shop, event, number, paid_by[number])
        except EsellerError as error:
            # The demo is better with an order half told than without any, but whoever loads it hears of it.
            failures.append(f"{content.shop.slug}: order {number} was not {event.kind}: {error.message}")
    _file_old_mails(shop_id)
    return failures


@contextmanager
def _at(moment: datetime) -> Iterator[None]:
    with clock.moved(moment - clock.now()):
        yield


def _place(shop: ShopInfo, order: DemoOrder, variants: dict[str | None, int]) -> str:
    owner = CartOwner()
    customer, address = order.customer, order.customer.address
    with translation.override(customer.language):
        with shop_transaction(shop.id, actor=ACTOR):
            for line in order.lines:
                variant = variants[line.sku]
                added = add_line(owner=owner, shop=shop, variant_id=variant, quantity=line.quantity, actor=ACTOR)
                owner = CartOwner(token=added.new_token or owner.token)
            offer = quote(owner=owner, shop=shop, language=customer.language, country=address.country)
        placed = place_order(
            shop=shop,
            owner=owner,
            details=CheckoutDetails(
                checkout_key=offer.checkout_key,
                email=customer.email,
                language=customer.language,
                shipping=PostalAddress(
                    name=customer.name,
                    company=address.company,
                    line1=address.street,
                    postcode=address.postal_code,
                    city=address.city,
                    country=address.country,
                ),
                shipping_method=order.shipping_method,
                payment_method=order.payment_method,
                card=CARD if order.payment_method == "testcard" else None,
            ),
            actor=ACTOR,
        )
    return placed.number


def _happen(shop: ShopInfo, event: Event, number: str, payment_method: str) -> None:
    match event.kind:
        case "paid" if payment_method == "testcard":
            capture(shop_id=shop.id, number=number, actor=ACTOR)
        case "paid":
            mark_paid(shop_id=shop.id, number=number, actor=ACTOR)
        case "shipped":
            ship(shop_id=shop.id, number=number, key=new_token(), actor=ACTOR)
        case "cancelled":
            cancel(shop_id=shop.id, number=number, actor=ACTOR)
        case "refunded":
            refund(shop_id=shop.id, number=number, key=new_token(), restock=True, actor=ACTOR)


def _file_old_mails(shop_id: int) -> None:
    """Only the latest mails of the invented month are sent; a mailbox full of old ones helps nobody."""
    with shop_transaction(shop_id, actor=ACTOR):
        recent = OutboxMessage.objects.order_by("-id").values_list("pk", flat=True)[:RECENT_MAILS]
        OutboxMessage.objects.exclude(pk__in=list(recent)).update(state=OutboxMessage.State.SENT, sent_at=clock.now())
