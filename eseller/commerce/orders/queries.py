"""Reads of orders. Call them inside a ``shop_transaction``."""

from typing import Any
from urllib.parse import quote

import msgspec

from eseller.commerce.customers.records import PostalAddress
from eseller.commerce.orders import rules
from eseller.commerce.orders.errors import UnknownOrder
from eseller.commerce.orders.records import (
    PAGE_SIZE,
    EventView,
    OrderDetail,
    OrderFilter,
    OrderLineView,
    OrderPage,
    OrderRow,
    OrderStatus,
    PaperView,
    ParcelView,
    PaymentView,
)
from eseller.commerce.payments.provider import provider
from eseller.commerce.pricing.rules import VatPart
from eseller.kernel.money import Money
from eseller.tenancy.sql import fetch, typed

_ROWS = """
SELECT o.number, o.public_id, o.state, o.payment_state, o.fulfilment_state, o.email, coalesce(a.name, ''), o.total,
       o.currency, o.created_at, o.placed_at,
       (SELECT coalesce(sum(quantity), 0)::bigint FROM orders_orderline l WHERE l.order_id = o.id AND l.kind = 'goods')
FROM orders_order o LEFT JOIN orders_orderaddress a ON a.order_id = o.id AND a.kind = 'shipping'
WHERE {where} ORDER BY o.id DESC LIMIT %(limit)s OFFSET %(offset)s
"""
_COUNT = """
SELECT count(*)::int FROM orders_order o
LEFT JOIN orders_orderaddress a ON a.order_id = o.id AND a.kind = 'shipping' WHERE {where}
"""
_SEARCH = """(o.number ILIKE %(search)s OR o.email ILIKE %(search)s OR a.name ILIKE %(search)s
    OR a.company ILIKE %(search)s)"""
_DEEPEST = 10_000
NOWHERE = PostalAddress(name="–", line1="–", postcode="–", city="–", country="ZZ")
"""Stands for an address that is damaged beyond recognition; ZZ is no country (ISO 3166-1)."""
_CUSTOMER = "o.customer_id = %(customer)s AND o.placed_at IS NOT NULL"
_ONE = """
SELECT o.id, o.number, o.public_id, o.state, o.payment_state, o.fulfilment_state, o.email, o.language, o.currency,
       o.prices_include_vat, o.payment_method, o.shipping_name, o.note, o.customer_reference, o.net, o.vat, o.total,
       o.created_at, o.placed_at, o.cancelled_at, o.customer_id,
       coalesce(m.names ->> %(language)s, m.names ->> s.default_language, o.payment_method),
       coalesce(m.instructions ->> %(language)s, m.instructions ->> s.default_language, ''), s.bank_account,
       coalesce(d.tracking_url, ''), s.order_prefix, coalesce(p.provider, ''), coalesce(p.state, ''),
       coalesce(p.reference, ''), o.total - o.credited,
       (SELECT coalesce(sum(captured), 0)::bigint FROM payments_payment WHERE order_id = o.id)
FROM orders_order o
JOIN tenancy_shop s ON s.id = o.shop_id
LEFT JOIN payments_paymentmethod m ON m.code = o.payment_method
LEFT JOIN shipping_shippingmethod d ON d.code = o.shipping_method
LEFT JOIN LATERAL (
    SELECT provider, state, reference FROM payments_payment WHERE order_id = o.id ORDER BY id DESC LIMIT 1
) p ON true
WHERE {where}
"""
_HEAD = (
    *("id", "number", "public_id", "state", "payment_state", "fulfilment_state", "email", "language", "currency"),
    *("prices_include_vat", "payment_method", "shipping_name", "note", "customer_reference", "net", "vat", "total"),
    *("created_at", "placed_at", "cancelled_at", "customer_id", "payment_name", "payment_instructions"),
    *("bank_account", "tracking_url", "order_prefix", "provider", "payment", "reference", "due", "captured"),
)
_LINES = """
SELECT l.id, l.kind, l.variant_id, l.sku, l.title, l.options, l.quantity, l.fulfilled, l.refunded, l.unit_price,
       l.vat_rate_bp, l.net, l.vat, l.total, i.sha256, p.slug
FROM orders_orderline l
LEFT JOIN catalog_variant v ON v.id = l.variant_id
LEFT JOIN catalog_product p ON p.id = v.product_id AND p.state = 'published'
LEFT JOIN LATERAL (
    SELECT image_id FROM catalog_productimage WHERE product_id = v.product_id
    ORDER BY image_id IS NOT DISTINCT FROM v.image_id DESC, position LIMIT 1
) g ON true
LEFT JOIN media_mediaimage i ON i.id = coalesce(v.image_id, g.image_id) AND i.state = 'ready'
WHERE l.order_id = %s ORDER BY l.position
"""
_ADDRESSES = """
SELECT kind, name, company, line1, line2, postcode, city, region, country, phone
FROM orders_orderaddress WHERE order_id = %s
"""
_PARCELS = """
SELECT f.at, f.tracking_number,
       (SELECT json_agg(json_build_array(x.order_line_id, x.quantity) ORDER BY x.id)
        FROM orders_fulfilmentline x WHERE x.fulfilment_id = f.id)
FROM orders_fulfilment f WHERE f.order_id = %s ORDER BY f.id
"""
_PAPERS = """
SELECT id, kind, number, total, issued_at, printed_number FROM orders_invoice WHERE order_id = %s ORDER BY id
"""
_VAT = "SELECT rate_bp, net, vat FROM orders_ordervat WHERE order_id = %s ORDER BY rate_bp DESC"
_PAYMENTS = """
SELECT provider, state, amount, authorised, captured, refunded, reference, failure, created_at
FROM payments_payment WHERE order_id = %s ORDER BY id
"""
_TRACKING = """
SELECT d.tracking_url FROM orders_order o JOIN shipping_shippingmethod d ON d.code = o.shipping_method
WHERE o.number = %s
"""
_EVENTS = "SELECT kind, at, actor, data::text FROM orders_orderevent WHERE order_id = %s ORDER BY id LIMIT 500"


def orders_list(wanted: OrderFilter, *, page: int = 1) -> OrderPage:
    """Return a page of orders, newest first, with two statements; ``page`` counts from 1."""
    page = min(max(1, page), _DEEPEST)
    conditions = ["true" if wanted.unplaced else "o.placed_at IS NOT NULL"]
    values: dict[str, Any] = {"limit": PAGE_SIZE + 1, "offset": (page - 1) * PAGE_SIZE}
    for field in ("state", "payment_state", "fulfilment_state"):
        if getattr(wanted, field):
            conditions.append(f"o.{field} = %({field})s")
            values[field] = getattr(wanted, field)
    if search := wanted.search.strip()[:100].replace("\0", ""):
        conditions.append(_SEARCH)
        values["search"] = "%" + search.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    where = " AND ".join(conditions)
    rows = fetch(_ROWS.format(where=where), values)
    return OrderPage(
        rows=tuple(_row(row) for row in rows[:PAGE_SIZE]),
        number=page,
        has_next=len(rows) > PAGE_SIZE,
        total_count=fetch(_COUNT.format(where=where), values)[0][0],
    )


def customer_orders(customer_id: int, *, page: int = 1) -> tuple[OrderRow, ...]:
    """Return a customer's placed orders, newest first; ``page`` counts from 1."""
    offset = (min(max(1, page), _DEEPEST) - 1) * PAGE_SIZE
    values = {"customer": customer_id, "limit": PAGE_SIZE, "offset": offset}
    return tuple(_row(row) for row in fetch(_ROWS.format(where=_CUSTOMER), values))


def order_status(public_id: str) -> OrderStatus:
    """Return one order for the shopper, in the order's language. Check the link's signature first (``is_signed``).

    Raises:
        UnknownOrder: when there is none.
    """
    rows = fetch("SELECT id, language FROM orders_order WHERE public_id = %s", [public_id[:64].replace("\0", "")])
    if not rows:
        raise UnknownOrder
    return order_for_mail(rows[0][0], language=rows[0][1])


def order_for_mail(order_id: int, *, language: str) -> OrderStatus:
    """Return one order by its own id, as the shopper sees it.

    Raises:
        UnknownOrder: when there is none.
    """
    return typed(OrderStatus, **_status(*_one("o.id = %(wanted)s", order_id, language)))


def order_detail(number: str, *, language: str) -> OrderDetail:
    """Return one order for the merchant.

    Raises:
        UnknownOrder: when there is none of this number.
    """
    head, lines = _one("o.number = %(wanted)s", number[:24].replace("\0", ""), language)
    status = _status(head, lines)
    order_id, currency, due = head[0], status["currency"], head[-2]
    rows = fetch(_PAYMENTS, [order_id])
    payments = tuple(
        typed(
            PaymentView,
            provider=row[0],
            state=row[1],
            amount=_money(row[2], currency),
            authorised=_money(row[3], currency),
            captured=_money(row[4], currency),
            refunded=_money(row[5], currency),
            reference=row[6],
            failure=row[7],
            created_at=row[8],
        )
        for row in rows
    )
    facts: dict[str, Any] = {
        "state": status["state"],
        "due": due,
        "online": any(provider(payment.provider).online for payment in payments),
        "payments": [_Sums(*row[1:2], *row[3:6]) for row in rows],
        "invoiced": any(paper.kind == "invoice" for paper in status["papers"]),
    }
    creditable = rules.creditable(**facts)
    return typed(
        OrderDetail,
        **status,
        id=order_id,
        customer_id=head[20],
        payments=payments,
        events=tuple(
            typed(EventView, kind=kind, at=at, actor=actor, data=msgspec.json.decode(data))
            for kind, at, actor, data in fetch(_EVENTS, [order_id])
        ),
        can=rules.allowed(lines=lines, **facts),
        creditable=Money(creditable, currency),
        refundable=Money(creditable + sum(row[4] - row[5] for row in rows), currency),
    )


class _Sums(msgspec.Struct, frozen=True):
    state: str
    authorised: int
    captured: int
    refunded: int


def _row(row: tuple[Any, ...]) -> OrderRow:
    return typed(
        OrderRow,
        number=row[0],
        public_id=row[1],
        state=row[2],
        payment_state=row[3],
        fulfilment_state=row[4],
        email=row[5],
        name=row[6],
        total=_money(row[7], row[8]),
        created_at=row[9],
        placed_at=row[10],
        pieces=row[11],
    )


def _money(amount: Any, currency: Any) -> dict[str, Any]:
    """Return an amount as ``typed`` takes it, which looks into it then."""
    return {"amount": amount, "currency": currency}


def _one(where: str, wanted: int | str, language: str) -> tuple[tuple[Any, ...], tuple[OrderLineView, ...]]:
    rows = fetch(_ONE.format(where=where), {"wanted": wanted, "language": language})
    if not rows:
        raise UnknownOrder
    return rows[0], tuple(_line(row, rows[0][8]) for row in fetch(_LINES, [rows[0][0]]))


def _line(row: tuple[Any, ...], currency: str) -> OrderLineView:
    return typed(
        OrderLineView,
        id=row[0],
        kind=row[1],
        variant_id=row[2],
        sku=row[3],
        title=row[4],
        options=row[5],
        quantity=row[6],
        fulfilled=row[7],
        refunded=row[8],
        unit_price=_money(row[9], currency),
        vat_rate_bp=row[10],
        net=_money(row[11], currency),
        vat=_money(row[12], currency),
        total=_money(row[13], currency),
        image_sha256=row[14],
        product_slug=row[15],
    )


def _status(head: tuple[Any, ...], lines: tuple[OrderLineView, ...]) -> dict[str, Any]:
    values = dict(zip(_HEAD, head, strict=True))
    order_id, currency = values.pop("id"), values["currency"]
    bank, tracking, prefix = values.pop("bank_account"), values.pop("tracking_url"), values.pop("order_prefix")
    del values["customer_id"]
    given, payment, reference = values.pop("provider"), values.pop("payment"), values.pop("reference")
    to_quote = reference if payment == "action_required" or (given and not provider(given).online) else ""
    addresses = {kind: typed(PostalAddress, **_address(parts)) for kind, *parts in fetch(_ADDRESSES, [order_id])}
    waits = values["state"] in ("open", "completed") and values["payment_state"] in ("unpaid", "partially_paid")
    return values | {
        "payment_instructions": _instructions(values.pop("payment_instructions"), bank) if waits else "",
        "payment_reference": to_quote,
        "net": _money(values["net"], currency),
        "vat": _money(values["vat"], currency),
        "total": _money(values["total"], currency),
        "outstanding": Money(max(0, values.pop("due") - values.pop("captured")), currency),
        "vat_split": tuple(typed(VatPart, rate_bp=row[0], net=row[1], vat=row[2]) for row in fetch(_VAT, [order_id])),
        "lines": lines,
        "shipping": addresses.get("shipping") or addresses.get("billing") or NOWHERE,
        "billing": addresses.get("billing"),
        "parcels": tuple(_parcel(row, tracking) for row in fetch(_PARCELS, [order_id])),
        "papers": tuple(
            typed(
                PaperView,
                id=row[0],
                kind=row[1],
                number=row[5] or paper_number(prefix, row[1], row[2]),
                total=_money(row[3], currency),
                issued_at=row[4],
            )
            for row in fetch(_PAPERS, [order_id])
        ),
    }


def paper_number(prefix: str, kind: str, number: int) -> str:
    """Return a paper's number as it is printed: its series in letters, then the number, such as ``LF-I-17``."""
    return f"{prefix}{'I' if kind == 'invoice' else 'C'}-{number}"


def _instructions(text: str, bank_account: str) -> str:
    return text.replace("{account}", bank_account)


def _address(parts: list[str]) -> dict[str, str]:
    names = ("name", "company", "line1", "line2", "postcode", "city", "region", "country", "phone")
    return dict(zip(names, parts, strict=True))


def _parcel(row: tuple[Any, ...], tracking_url: str) -> ParcelView:
    at, number, lines = row
    return typed(
        ParcelView,
        at=at,
        tracking_number=number,
        tracking_url=tracking_link(tracking_url, number),
        lines=tuple((line, quantity) for line, quantity in lines or ()),
    )


def tracking_of(number: str, tracking_number: str) -> str:
    """Return where a parcel of an order can be followed; nothing where the carrier has no such page."""
    rows = fetch(_TRACKING, [number])
    return tracking_link(rows[0][0], tracking_number) if rows else ""


def tracking_link(pattern: str, number: str) -> str:
    """Return where a parcel can be followed; nothing unless the pattern is a web address with ``{number}`` in it."""
    if not number or "{number}" not in pattern or not pattern.startswith(("https://", "http://")):
        return ""
    return pattern.replace("{number}", quote(number, safe=""))
