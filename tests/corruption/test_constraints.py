"""What the database itself refuses: every guarded field but those that are listed here with a reason.

Found by trying: each damage that the guard forbids is written into the database as it is, and taken back.
"""

from typing import Any

import psycopg
import pytest

from eseller.resilience.records.kind import kinds
from tests.corruption import legal
from tests.corruption.cases import Case, Column, cases_of, columns_of
from tests.corruption.database import copied
from tests.corruption.rows import Good
from tests.corruption.world import Busy, of_platform

DRAWN = "The database draws it from a sequence and hands it to nobody; a negative one would only be odd."
INSIDE = "How long each text in a JSON object is, and what stands in it, is not said by a path of PostgreSQL 15."
UNCONSTRAINED = {
    **dict.fromkeys(
        (
            *("cart_cartline.id", "catalog_categorytext.id", "catalog_productcategory.id", "catalog_productimage.id"),
            *("catalog_producttext.id", "content_featuredproduct.id", "content_home.id", "content_hometext.id"),
            *("content_pagetext.id", "customers_address.id", "customers_customersession.id"),
            *("inventory_reservation.id",),
            *("inventory_stockitem.id", "orders_fulfilmentline.id", "orders_invoice.id", "orders_orderaddress.id"),
            *("orders_orderevent.id", "orders_ordervat.id", "payments_paymentevent.id", "payments_paymentmethod.id"),
            *("payments_refund.id", "payments_testcardcharge.id", "pricing_exchangerate.id", "pricing_price.id"),
            *("pricing_vatrate.id", "services_mailtext.id", "services_outboxmessage.id", "shipping_shippingrate.id"),
            *("tenancy_domain.id", "tenancy_membership.id", "tenancy_platformsetting.id"),
        ),
        DRAWN,
    ),
    **dict.fromkeys(
        (
            *("catalog_option.names", "catalog_optionvalue.labels", "catalog_productimage.alts"),
            *("payments_paymentmethod.names", "payments_paymentmethod.instructions", "shipping_shippingmethod.names"),
        ),
        INSIDE,
    ),
    "orders_invoice.vat_split": "It is a list; what its parts add up to takes a query, and no check may hold one.",
    "orders_invoice.imprint": "It is an object; what is in it differs by the release that issued the paper.",
    "services_mailtext.body": "Which names may stand in braces is known to the release, and differs by text.",
    "tenancy_platformsetting.value": "What a setting may be is known to the release, and differs by setting.",
}
"""Guarded fields into which the database lets something that the guard forbids."""


@pytest.mark.slow
def test_the_database_refuses_what_the_guard_forbids(postgres: Any, database: None) -> None:
    with copied(postgres) as hand:
        world, other = Busy(), Busy()
        of_platform()
        good = Good(hand, world, other)
        tried = [(case, _takes(hand, case, good)) for column in _columns(hand) for case in cases_of(column, None)]
    taken = {case.column.label for case, takes in tried if takes and legal.expected(case)}
    assert taken - UNCONSTRAINED.keys() == set(), "add a check in a migration, or say here why there is none"
    assert UNCONSTRAINED.keys() - taken == set(), "there is a constraint now"
    refused = [case.label for case, takes in tried if not takes and not legal.expected(case) and takes is not None]
    assert [label for label in refused if "foreign" not in label and ".id " not in label] == [], "legal, yet refused"


def _columns(hand: psycopg.Connection[Any]) -> list[Column]:
    """Return all guarded columns; to damages a short text is a text."""
    every = columns_of(hand, [*kinds()])
    return [column._replace(type=column.type.replace("character varying", "text")) for column in every]


def _takes(hand: psycopg.Connection[Any], case: Case, good: Good) -> bool | None:
    """Tell whether the database lets a damage in; None where it stands there already."""
    try:
        with hand.transaction(force_rollback=True):
            changed = hand.execute(case.sql, good.values(case)).rowcount > 0
            hand.execute("SET CONSTRAINTS ALL IMMEDIATE")
            return True if changed else None
    except psycopg.Error:
        return False
