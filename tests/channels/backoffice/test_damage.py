"""A merchant sees which records are damaged, and where to mend them; other shops' stay out of sight."""

from eseller.tenancy.models import Finding
from eseller.tenancy.scope import shop_transaction
from tests.channels.backoffice.office import browser_of
from tests.channels.storefront.shops import Stocked, stocked_shop


def note(stocked: Stocked, **values: object) -> None:
    with shop_transaction(stocked.shop.pk):
        given = {
            "table_name": "pricing_price",
            "shop_id": stocked.shop.pk,
            "row_id": 1,
            "column_name": "amount",
            "value": "<b>-5</b>",
            "rule": "an amount",
            "problems": [],
            "pages": ["/p/moon-vase", "listings"],
            "root_table": "catalog_product",
            "root_id": 4711,
            "found_by": "page",
        }
        Finding.objects.create(**given | values)


def test_damaged_records_are_listed_with_their_forms(db: None) -> None:
    stocked, other = stocked_shop(), stocked_shop()
    browser = browser_of(stocked.shop, "reader")
    path = f"/{stocked.shop.slug}/"
    assert "Nothing is damaged" in browser.get(f"{path}damaged").content.decode()
    assert "damaged</p>" not in browser.get(path).content.decode()
    note(stocked)
    note(
        stocked,
        table_name="content_hometext",
        row_id=2,
        root_table="content_hometext",
        patch={"tagline": "Kind words"},
        column_name="tagline",
    )
    note(stocked, table_name="orders_orderline", row_id=3, root_table="orders_orderline", state="closed")
    note(other, value="theirs")
    page = browser.get(f"{path}damaged").content.decode()
    assert f'href="{path}products/4711"' in page
    assert f'href="{path}content/front"' in page
    assert "&lt;b&gt;-5&lt;/b&gt;" in page
    assert "Kind words" in page
    assert "left out" in page
    assert "theirs" not in page
    assert "2 records are damaged" in browser.get(path).content.decode()
