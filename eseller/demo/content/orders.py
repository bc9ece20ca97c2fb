"""A month of orders for a demo shop: pure, and the same for the same seed.

Nothing is written here. An order tells what a customer did and what happened afterwards; who loads it plays that
through the shop's own actions. Together the orders never take more of a variant than its stock, unless it may be
back-ordered.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Literal

from eseller.demo.content.people import COMPANIES, COUNTRIES
from eseller.demo.content.records import Address, Record, ShippingMethod, Shop, ShopContent, Variant

DAYS = 30
ORDERS = 120
HOURS = (1, 1, 0, 0, 0, 1, 2, 4, 7, 9, 10, 9, 8, 8, 8, 8, 8, 8, 9, 11, 12, 10, 6, 3)
PAYMENT_SHARES = {"testcard": 6, "invoice": 2, "bank_transfer": 2}
BUSINESS_SHARES = {"testcard": 2, "invoice": 7, "bank_transfer": 1}


class Customer(Record, frozen=True, kw_only=True):
    """An invented buyer."""

    name: str
    email: str
    language: str
    address: Address


class OrderLine(Record, frozen=True, kw_only=True):
    """How many of what."""

    sku: str
    quantity: int


class Event(Record, frozen=True, kw_only=True):
    """What happened to an order after it was placed."""

    kind: Literal["paid", "shipped", "cancelled", "refunded"]
    at: datetime


class Order(Record, frozen=True, kw_only=True):
    """An order as a customer placed it, and its story so far, oldest event first."""

    placed_at: datetime
    customer: Customer
    lines: tuple[OrderLine, ...]
    payment_method: str
    shipping_method: str
    events: tuple[Event, ...]


def month_of_orders(
    content: ShopContent, *, until: datetime, seed: str = "demo", count: int = ORDERS
) -> tuple[Order, ...]:
    """Make up the orders of the last thirty days.

    Args:
        content: the shop whose goods are bought.
        until: the present; nothing happens after it. Must be aware.
        seed: the same seed gives the same orders.
        count: how many orders.

    Returns:
        Orders by the time they were placed.

    Raises:
        ValueError: ``until`` has no time zone.
    """
    if until.tzinfo is None:
        raise ValueError("The end of the month needs a time zone.")
    # Repeatable chance, no secrets.
    random = Random(f"{seed} {content.shop.slug}")  # noqa: S311
    shelf = _Shelf(content)
    customers: list[Customer] = []
    orders = []
    for placed_at in _times(random, until, count):
        if customers and random.random() < 0.22:
            customer = random.choice(customers)
        else:
            customer = _customer(random, content.shop, len(customers))
            customers.append(customer)
        lines, method = _cart(random, content.shop, shelf, customer.address.country)
        if not lines:
            continue
        payment = _payment(random, content.shop)
        orders.append(
            Order(
                placed_at=placed_at,
                customer=customer,
                lines=lines,
                payment_method=payment,
                shipping_method=method,
                events=_story(random, payment, placed_at, until),
            )
        )
    return tuple(orders)


class _Shelf:
    """What is left to sell, and how much each product is liked."""

    def __init__(self, content: ShopContent) -> None:
        self.left = Counter({v.sku: v.stock for p in content.products for v in p.variants})
        self.products = [p for p in content.products if any(v.stock or v.backorder for v in p.variants)]
        liked = dict.fromkeys(content.shop.featured, 5)
        self.likes = [liked.get(product.slug, 1 + place % 3) for place, product in enumerate(self.products)]

    def pick(self, random: Random) -> tuple[Variant, int] | None:
        """Choose a variant and a quantity that is there, or nothing."""
        product = random.choices(self.products, self.likes)[0]
        variant = random.choice(product.variants)
        quantity = random.choices((1, 2, 3, 4, 6), (60, 22, 8, 6, 4))[0]
        if not variant.backorder:
            quantity = min(quantity, self.left[variant.sku])
        return (variant, quantity) if quantity > 0 else None


def _cart(random: Random, shop: Shop, shelf: _Shelf, country: str) -> tuple[tuple[OrderLine, ...], str]:
    """Fill a cart that some shipping method to the country still takes."""
    chosen: dict[str, tuple[Variant, int]] = {}
    method = ""
    for _ in range(random.choices((1, 2, 3, 4, 5), (30, 30, 20, 12, 8))[0] * 2):
        pick = shelf.pick(random)
        if pick is None or pick[0].sku in chosen:
            continue
        bigger = {**chosen, pick[0].sku: pick}
        methods = shipping_methods(shop, country, tuple(bigger.values()))
        if methods:
            chosen, method = bigger, random.choice(methods[:2]).code
        if len(chosen) >= 5 or (chosen and random.random() < 0.35):
            break
    for variant, quantity in chosen.values():
        shelf.left[variant.sku] -= quantity
    return tuple(OrderLine(sku=sku, quantity=quantity) for sku, (_, quantity) in chosen.items()), method


def shipping_methods(shop: Shop, country: str, goods: Sequence[tuple[Variant, int]]) -> list[ShippingMethod]:
    """List the methods that bring goods (variants with quantities) to a country."""
    totals = {
        "weight": sum(variant.weight * quantity for variant, quantity in goods),
        "value": sum(variant.price * quantity for variant, quantity in goods),
    }
    return [
        method
        for method in shop.shipping
        if country in method.countries and totals[method.basis] <= method.bands[-1].up_to
    ]


def _times(random: Random, until: datetime, count: int) -> list[datetime]:
    """Moments in the month, more of them in the evening and towards its end."""
    moments: list[datetime] = []
    while len(moments) < count:
        day = until - timedelta(days=int(DAYS * random.random() ** 1.15))
        hour = random.choices(range(24), HOURS)[0]
        minute, second = random.randrange(60), random.randrange(60)
        moment = day.replace(hour=hour, minute=minute, second=second, microsecond=0)
        if until - timedelta(days=DAYS) <= moment < until - timedelta(minutes=5):
            moments.append(moment)
    return sorted(moments)


def _customer(random: Random, shop: Shop, number: int) -> Customer:
    """Invent a person, or in a business shop often a firm, in a country the shop sells to."""
    abroad = [country for country in shop.countries if country != shop.country]
    code = shop.country if random.random() < 0.74 else random.choice(abroad)
    country = COUNTRIES[code]
    first, last = random.choice(country.first), random.choice(country.last)
    business = not shop.prices_include_vat and random.random() < 0.85
    company = f"{random.choice(COMPANIES)} {last}" if business else ""
    house = str(random.randint(1, 120))
    street = random.choice(country.streets)
    return Customer(
        name=f"{first} {last}",
        email=f"{_plain(first)}.{_plain(last)}{number}@{'firma' if business else 'post'}.example",
        language=country.language if country.language in shop.languages else shop.language,
        address=Address(
            company=company,
            street=f"{house} {street}" if country.number_first else f"{street} {house}",
            postal_code="".join(str(random.randint(1, 9)) if c == "0" else c for c in country.postal),
            city=random.choice(country.towns),
            country=code,
        ),
    )


def _payment(random: Random, shop: Shop) -> str:
    shares = PAYMENT_SHARES if shop.prices_include_vat else BUSINESS_SHARES
    return random.choices(shop.payment_methods, [shares[method] for method in shop.payment_methods])[0]


def _story(random: Random, payment: str, placed_at: datetime, until: datetime) -> tuple[Event, ...]:
    """What happened since: cards pay at once, transfers in days, invoices after the goods came."""
    chance = random.random()
    packed = placed_at + timedelta(hours=random.uniform(4, 52))
    if chance < 0.06:
        return _past(until, ("cancelled", placed_at + timedelta(hours=random.uniform(0.5, 20))))
    if payment == "testcard":
        story = [("paid", placed_at + timedelta(minutes=1)), ("shipped", packed)]
    elif payment == "bank_transfer":
        paid = placed_at + timedelta(days=random.uniform(1, 4))
        story = [] if chance > 0.9 else [("paid", paid), ("shipped", paid + timedelta(hours=random.uniform(3, 30)))]
    else:
        story = [("shipped", packed)]
        if chance < 0.72:
            story.append(("paid", packed + timedelta(days=random.uniform(3, 16))))
    if chance > 0.94 and len(story) == 2:
        story.append(("refunded", max(at for _, at in story) + timedelta(days=random.uniform(2, 6))))
    return _past(until, *story)


def _past(until: datetime, *story: tuple[str, datetime]) -> tuple[Event, ...]:
    """Keep what has happened already; later steps never come without the earlier."""
    events: list[Event] = []
    for kind, at in story:
        if at >= until:
            break
        events.append(Event(kind=kind, at=at.replace(microsecond=0)))  # type: ignore[arg-type]
    return tuple(events)


def _plain(name: str) -> str:
    """A name as it stands in an e-mail address."""
    folded = name.lower().translate(str.maketrans("æøåäöüéèêíóúłß ", "aoaaoueeeioulsx"))
    return "".join(c for c in folded if c.isascii() and (c.isalnum() or c == "-"))
