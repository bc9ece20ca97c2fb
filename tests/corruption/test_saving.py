"""A form of the back office shows what was last good of a damaged row, and saving it mends the row."""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import psycopg
import pytest

from eseller.resilience.records.kind import kinds
from eseller.tenancy.guard import quarantine
from eseller.tenancy.guard.follow import Follower
from eseller.tenancy.guard.watch import judge_changes
from tests.channels.backoffice.office import Browser, fields_of
from tests.corruption.database import bare, copied, forget
from tests.corruption.world import Busy

FORM = re.compile("<form[^>]* novalidate>")
PRODUCT, CATEGORY, PAGE = "products/{product}", "categories/{category}", "content/{page}"
DAMAGES = [
    (PRODUCT, "catalog_product", "slug", "NULL"),
    (PRODUCT, "catalog_product", "slug", "'No such slug'"),
    (PRODUCT, "catalog_product", "state", "'sold'"),
    (PRODUCT, "catalog_product", "tags", "'{NULL}'"),
    (PRODUCT, "catalog_product", "vat_class", "''"),
    (PRODUCT, "catalog_product", "created_at", "'infinity'"),
    (PRODUCT, "catalog_producttext", "title", "NULL"),
    (PRODUCT, "catalog_producttext", "description", "repeat('x', 60000)"),
    (PRODUCT, "catalog_producttext", "language", "'?'"),
    (PRODUCT, "catalog_option", "names", "'[]'"),
    (PRODUCT, "catalog_option", "position", "9"),
    (PRODUCT, "catalog_optionvalue", "labels", "'{\"en\": 5}'"),
    (PRODUCT, "catalog_variant", "sku", "'a' || chr(1)"),
    (PRODUCT, "catalog_variant", "weight_g", "-1"),
    (PRODUCT, "catalog_variant", "active", "NULL"),
    (PRODUCT, "catalog_productimage", "alts", "'\"x\"'"),
    (PRODUCT, "catalog_productcategory", "category_id", "999999"),
    (PRODUCT, "pricing_price", "amount", "-5"),
    (PRODUCT, "pricing_price", "compare_at", "1"),
    (PRODUCT, "inventory_stockitem", "on_hand", "NULL"),
    (PRODUCT, "inventory_stockitem", "reserved", "-7"),
    (CATEGORY, "catalog_category", "slug", "'?'"),
    (CATEGORY, "catalog_category", "parent_id", "id"),
    (CATEGORY, "catalog_categorytext", "title", "''"),
    (PAGE, "content_page", "position", "NULL"),
    (PAGE, "content_pagetext", "body", "NULL"),
    ("content/front", "content_home", "hero_image_id", "999999"),
    ("content/front", "content_hometext", "tagline", "NULL"),
    ("settings", "tenancy_shop", "time_zone", "'Nowhere'"),
    ("settings", "tenancy_shop", "languages", "'{}'"),
    ("settings", "tenancy_shop", "theme", "'[]'"),
    ("settings", "tenancy_shop", "contact_email", "'nobody'"),
    ("shipping/{shipping}", "shipping_shippingmethod", "names", "'5'"),
    ("shipping/{shipping}", "shipping_shippingmethod", "code", "'?'"),
    ("shipping/{shipping}", "shipping_shippingrate", "amount", "-1"),
    ("payments/{payment}", "payments_paymentmethod", "instructions", "'null'"),
    ("payments/{payment}", "payments_paymentmethod", "provider", "'cowries'"),
]

PROMISES = frozenset({"pricing_price", "inventory_stockitem", "shipping_shippingrate"})
"""What is left out of the form where it is damaged, and filled in by hand: no old price or stock is promised."""
OWN = frozenset({"csrfmiddlewaretoken", "seen", "version"})
"""What the form tells itself."""


class Office(NamedTuple):
    """A shop, its owner's browser and somebody at psql."""

    world: Busy
    browser: Browser
    hand: psycopg.Connection[Any]

    def path(self, form: str) -> str:
        """Return the address of a form."""
        world = self.world
        ids = {"product": world.product_id, "category": world.category_id, "page": world.page_id}
        codes = {"shipping": world.shipping_code, "payment": world.payment_codes["invoice"]}
        return f"/{world.shop.slug}/{form.format(**ids, **codes)}"

    def row(self, table: str) -> tuple[Any, ...]:
        """Return the row that is damaged."""
        shop = "id" if table == "tenancy_shop" else "shop_id"
        sql = f"SELECT t.* FROM {table} t WHERE {shop} = %s ORDER BY id LIMIT 1"
        (row,) = self.hand.execute(sql, [self.world.shop.pk]).fetchall()
        return tuple(row)


@pytest.fixture(scope="module")
def office(postgres: Any, database: None) -> Iterator[Office]:
    with copied(postgres) as hand:
        world = Busy()
        bare(hand, unique=True)
        for table in kinds():
            hand.execute(f"CREATE TABLE good_{table} AS SELECT * FROM {table}")
        yield Office(world, Browser(world.members["owner"]), hand)


@pytest.fixture
def damaged(office: Office, table: str) -> Iterator[Follower]:
    """Follow what changes; afterwards the table is as it was."""
    follower = Follower(judge_changes)
    follower.once()
    yield follower
    office.hand.execute(f"DELETE FROM {table}")
    office.hand.execute(f"INSERT INTO {table} SELECT * FROM good_{table}")
    office.hand.execute("DELETE FROM tenancy_finding")
    quarantine.replace([], shops=None)
    forget()


@pytest.mark.parametrize("met", ["watched", pytest.param("read", marks=pytest.mark.soak)])
@pytest.mark.parametrize(("form", "table", "column", "value"), DAMAGES)
def test_saving_a_form_mends_the_row_that_it_shows(
    office: Office, damaged: Follower, form: str, table: str, column: str, value: str, met: str
) -> None:
    """Whether a process has found the row before the form is shown, or it is found meanwhile."""
    good = _public(_filled(office.browser.get(office.path(form))))
    row = office.row(table)
    office.hand.execute(f"UPDATE {table} SET {column} = {value} WHERE id = %s", [row[0]])
    if met == "watched":
        damaged.once()
    forget()
    status, after = _sent(office, form, good if table in PROMISES else {}, damaged)
    if met == "read" and status in (409, 422):  # the form has shown what was wrong, and is looked at once more
        status, after = _sent(office, form, good if table in PROMISES else {}, damaged)
    assert status == 302
    assert {name: (text, after.get(name)) for name, text in good.items() if after.get(name) != text} == {}
    damaged.once()
    damaged.once()
    open_ = "SELECT table_name, problems::text FROM tenancy_finding WHERE state <> 'closed'"
    assert office.hand.execute(open_).fetchall() == []
    assert quarantine.figures()["rows"] == 0


def _sent(office: Office, form: str, more: dict[str, Any], follower: Follower) -> tuple[int, dict[str, Any]]:
    """Send a form as it is shown, with what is filled in, and return what became of it and how it is shown then."""
    shown = office.browser.get(office.path(form))
    follower.once()
    if shown.status_code == 404:  # nobody knew yet that it is what the address means
        shown = office.browser.get(office.path(form))
    assert shown.status_code == 200
    saved = office.browser.send(office.path(form), _filled(shown) | more)
    after = _filled(office.browser.get(office.path(form)))
    return saved.status_code, _public(after)


def _public(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: text for name, text in fields.items() if name not in OWN and not name.endswith("_was")}


def _filled(page: Any) -> dict[str, Any]:
    """Return what a browser would send of the page's own form."""
    form = FORM.search(page.content.decode())
    assert form is not None
    return fields_of(page, form[0])
