"""Exports in shops: whole, repeatable, interruptible, and nothing but what they say is changed."""

import io
import threading
import time
from pathlib import Path
from typing import Any

import msgspec
import pytest
from django.db import connections

from eseller.channels.erp.errors import FileRefused
from eseller.channels.erp.report import ImportReport
from eseller.channels.erp.shopify import importing
from eseller.channels.erp.shopify.importing import import_shopify
from eseller.channels.erp.shopify.mapping import SOURCE
from eseller.commerce.catalog import rules
from eseller.commerce.catalog.actions.save_product import save_product
from eseller.commerce.catalog.drafts import (
    ImageDraft,
    PriceDraft,
    ProductDraft,
    Saved,
    StockDraft,
    TextDraft,
    VariantDraft,
)
from eseller.commerce.catalog.errors import ProductChanged
from eseller.commerce.catalog.models import Product, Variant
from eseller.commerce.catalog.stored import StoredProduct, as_draft, stored_product
from eseller.commerce.inventory.actions.set_stock import StockTarget, set_stock
from eseller.media.actions.store_image import store_image
from eseller.media.models import MediaImage
from eseller.tenancy.models import History, Shop
from eseller.tenancy.scope import PLATFORM, platform_transaction, shop_transaction
from tests.channels.erp.exports import FIXTURES, codes, export, row, whole_exports
from tests.media.pictures import picture

CLASSIC = (FIXTURES / "classic.csv").read_bytes()


def run(shop: Shop, data: bytes, *, dry_run: bool = False, progress: Any = None) -> ImportReport:
    return import_shopify(io.BytesIO(data), shop_id=shop.pk, actor="test:import", dry_run=dry_run, progress=progress)


def product(shop: Shop, handle: str) -> StoredProduct:
    with shop_transaction(shop.pk):
        found = stored_product(Product.objects.get(source=SOURCE, external_id=handle).pk)
    assert found is not None
    return found


def footprint(shop: Shop) -> tuple[Any, ...]:
    """Return what must not change when nothing changes: history, moments of change, numbers of rows."""
    with shop_transaction(shop.pk):
        return (
            History.objects.count(),
            sorted(Product.objects.values_list("pk", "updated_at")),
            Variant.objects.count(),
            MediaImage.objects.count(),
        )


def jobs(shop: Shop) -> int:
    from procrastinate.contrib.django.models import ProcrastinateJob

    found = ProcrastinateJob.objects.using("platform").filter(task_name="media.fetch_image", args__shop_id=shop.pk)
    return found.count()


def test_limits_of_exports_are_those_of_the_catalog() -> None:
    from eseller.channels.erp.shopify import cells, records

    for name in ("MAX_OPTIONS", "MAX_VALUES", "MAX_VARIANTS", "MAX_IMAGES", "MAX_TAGS"):
        assert getattr(records, name) == getattr(rules, name)
    assert cells.MAX_GRAMS <= rules.MAX_WEIGHT_G
    assert cells.MAX_QUANTITY <= rules.MAX_ON_HAND


def test_an_export_becomes_products(shop: Shop) -> None:
    seen: list[tuple[int, int]] = []
    report = run(shop, CLASSIC, progress=lambda done, total: seen.append((done, total)))
    assert (report.products, report.variants, report.images, report.refused) == (2, 4, 5, 2)
    assert (report.created, report.updated, report.unchanged) == (2, 0, 0)
    assert seen == [(1, 2), (2, 2)]
    mug = as_draft(product(shop, "mug-moss"))
    assert (mug.slug, mug.state, mug.brand, mug.product_type) == ("mug-moss", "published", "Lerhuset", "Mugs")
    assert mug.texts[0].language == shop.default_language
    assert mug.texts[0].description == 'Holds **a good cup**.\n\n- stoneware\n- 3" high'
    assert [option.names for option in mug.options] == [{"en": "Size"}, {"en": "Colour"}]
    assert [[value.labels["en"] for value in option.values] for option in mug.options] == [
        ["Small", "Large"],
        ["Green", "Sand"],
    ]
    small, sand, large = mug.variants
    assert (small.sku, small.ean, small.weight_g, small.choices) == ("MUG-S-G", "5701234567899", 310, (0, 0))
    assert small.prices == (PriceDraft(currency="DKK", amount=18900, compare_at=22900),)
    assert small.stock == StockDraft(on_hand=7, tracked=True, backorder=False)
    assert sand.stock == StockDraft(on_hand=0, tracked=True, backorder=True)
    assert large.stock == StockDraft(on_hand=0, tracked=True, backorder=False)
    assert small.image_id == mug.images[4].image_id
    assert mug.images[0].alts == {"en": "A green mug"}
    bowl = as_draft(product(shop, "bowl-dusk"))
    assert (bowl.state, bowl.vat_class, bowl.variants[0].stock) == (
        "draft",
        "exempt",
        StockDraft(on_hand=5, tracked=False),
    )


def test_pictures_wait_for_a_job_that_was_queued_with_them(shop: Shop) -> None:
    run(shop, CLASSIC)
    with shop_transaction(shop.pk):
        images = list(MediaImage.objects.values_list("state", "source_url"))
    assert len(images) == 5
    assert {state for state, _ in images} == {"pending"}
    assert jobs(shop) == 5


@whole_exports()
def test_a_whole_export_twice(shop: Shop, path: Path) -> None:
    first = run(shop, path.read_bytes())
    assert (first.created, first.refused) == (first.products, 0)
    before, queued = footprint(shop), jobs(shop)
    again = run(shop, path.read_bytes())
    assert (again.created, again.updated, again.unchanged) == (0, 0, first.products)
    assert (again.products, again.variants, again.images) == (first.products, first.variants, first.images)
    assert (footprint(shop), jobs(shop)) == (before, queued)


@pytest.mark.parametrize("name", ["classic.csv", "newer.csv", "renamed.csv"])
def test_twice_changes_nothing(shop: Shop, name: str) -> None:
    data = (FIXTURES / name).read_bytes()
    first = run(shop, data)
    before = footprint(shop)
    again = run(shop, data)
    assert (again.unchanged, again.refused) == (first.products, first.refused)
    assert footprint(shop) == before


def test_a_dry_run_tells_the_same_and_writes_nothing(shop: Shop) -> None:
    before = footprint(shop)
    dry = run(shop, CLASSIC, dry_run=True)
    assert (footprint(shop), jobs(shop)) == (before, 0)
    wet = run(shop, CLASSIC)
    dry.dry_run = False
    assert dry == wet


def test_a_refused_file_writes_nothing(shop: Shop) -> None:
    before = footprint(shop)
    with pytest.raises(FileRefused):
        run(shop, b"id,name\n1,A\n")
    assert footprint(shop) == before


def test_an_interrupted_import_can_be_run_again(shop: Shop) -> None:
    class Killed(BaseException):
        pass

    def kill(done: int, total: int) -> None:
        if done == 3:
            raise Killed

    data = export([row(f"p{number}", f"P {number}") for number in range(6)])
    with pytest.raises(Killed):
        run(shop, data, progress=kill)
    with shop_transaction(shop.pk):
        assert Product.objects.count() == 3
    report = run(shop, data)
    assert (report.created, report.unchanged) == (3, 3)


def test_a_changed_file_changes_what_differs(shop: Shop) -> None:
    run(shop, export([row("a", "A"), row("b", "B")]))
    report = run(shop, export([row("a", "A", price="12.00"), row("b", "B")]))
    assert (report.updated, report.unchanged) == (1, 1)
    assert product(shop, "a").variants[0].prices[0].amount == 1200


def test_stock_that_was_sold_here_is_not_brought_back(shop: Shop) -> None:
    counted = {"Variant_Inventory_Tracker": "shopify", "Variant_Inventory_Qty": "5"}
    rows = [row("a", "A", Option1_Name="Size", Option1_Value="S", **counted)]
    run(shop, export(rows))
    variant = product(shop, "a").variants[0]
    with shop_transaction(shop.pk, actor="test"):
        set_stock(targets=[StockTarget(variant.id, on_hand=1)], reason="count", actor="test")
    report = run(shop, export([*rows, row("a", Option1_Value="L", **counted)]))
    assert report.updated == 1
    counts = {v.position: v.stock.on_hand for v in product(shop, "a").variants if v.stock}
    assert counts == {0: 1, 1: 5}


def test_what_the_export_does_not_know_stays(shop: Shop) -> None:
    data = export([row("a", "A", Option1_Name="Size", Option1_Value="S", Image_Src="https://img.example/a.jpg")])
    run(shop, data)
    before = product(shop, "a")
    own = store_image(shop_id=shop.pk, data=picture(), actor="test")
    draft = as_draft(before)
    option = draft.options[0]
    value = msgspec.structs.replace(option.values[0], labels={"en": "S", "da": "Lille"}, swatch="#102030")
    draft = msgspec.structs.replace(
        draft,
        slug="my-own-address",
        vat_class="reduced",
        texts=(*draft.texts, TextDraft(language="da", title="Dansk")),
        options=(msgspec.structs.replace(option, names={"en": "Size", "da": "Størrelse"}, values=(value,)),),
        variants=(msgspec.structs.replace(draft.variants[0], sku="GIVEN-HERE"),),
        images=(
            ImageDraft(image_id=draft.images[0].image_id, alts={"da": "Et billede"}),
            ImageDraft(image_id=own.id),
        ),
    )
    with shop_transaction(shop.pk, actor="test"):
        assert save_product(draft=draft, actor="test", product_id=before.id).outcome == "updated"
    changed = product(shop, "a")
    assert run(shop, data).unchanged == 1
    assert product(shop, "a") == changed


def test_words_in_a_language_that_the_shop_gave_up_do_not_stand_in_the_way(shop: Shop) -> None:
    rows = [row("a", "A", Option1_Name="Size", Option1_Value="S", Image_Src="https://img.example/a.jpg")]
    run(shop, export([*rows, row("b", "B")]))
    draft = as_draft(product(shop, "a"))
    texts = (*draft.texts, TextDraft(language="da", title="Dansk"), TextDraft(language="de", title="Deutsch"))
    names = {"en": "Size", "da": "Størrelse"}
    values = (msgspec.structs.replace(draft.options[0].values[0], labels={"en": "S", "da": "Lille"}),)
    draft = msgspec.structs.replace(
        draft,
        texts=texts,
        options=(msgspec.structs.replace(draft.options[0], names=names, values=values),),
        images=(ImageDraft(image_id=draft.images[0].image_id, alts={"da": "Et billede"}),),
    )
    with shop_transaction(shop.pk, actor="test"):
        save_product(draft=draft, actor="test")
    Shop.objects.using(PLATFORM).filter(pk=shop.pk).update(languages=["en", "de"])
    report = run(shop, export([{**rows[0], "Title": "A, mended"}, row("b", "B")]))
    assert (report.updated, report.unchanged, codes(report)) == (1, 1, [])
    after = as_draft(product(shop, "a"))
    assert {text.language: text.title for text in after.texts} == {"en": "A, mended", "de": "Deutsch"}
    assert (after.options[0].names, after.options[0].values[0].labels) == ({"en": "Size"}, {"en": "S"})


def _held(shop: Shop, handle: str) -> None:
    """Lock a product's row in the open transaction of the platform, a connection of its own."""
    Product.objects.using(PLATFORM).select_for_update().get(shop_id=shop.pk, external_id=handle)


def test_a_product_that_somebody_holds_is_waited_for(shop: Shop) -> None:
    run(shop, export([row("a", "A")]))
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        with platform_transaction():
            _held(shop, "a")
            held.set()
            time.sleep(1.2)  # longer than a statement waits for a lock
        done.set()
        connections[PLATFORM].close()

    holder = threading.Thread(target=hold)
    holder.start()
    assert held.wait(5)
    report = run(shop, export([row("a", "A, mended")]))
    holder.join()
    assert (report.updated, report.refused, done.is_set()) == (1, 0, True)


def test_a_product_that_stays_held_is_refused_alone(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    run(shop, export([row("a", "A"), row("b", "B")]))
    monkeypatch.setattr(importing, "PATIENCE", 0.1)
    with platform_transaction():
        _held(shop, "a")
        report = run(shop, export([row("a", "A, mended"), row("b", "B, mended")]))
    assert (report.products, report.updated, codes(report)) == (1, 1, [(2, "", "busy")])
    assert "Import the file again" in report.refusals[0].reason


@pytest.mark.parametrize(("times", "refused"), [(2, []), (3, [(2, "", "product_changed")])])
def test_a_product_that_keeps_changing_is_refused_alone(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, times: int, refused: list[Any]
) -> None:
    attempts = 0

    def overtaken(*, draft: ProductDraft, actor: str) -> Saved:
        nonlocal attempts
        if draft.external_id == "a" and attempts < times:
            attempts += 1
            raise ProductChanged
        return save_product(draft=draft, actor=actor)

    monkeypatch.setattr(importing, "save_product", overtaken)
    report = run(shop, export([row("a", "A"), row("b", "B")]))
    assert codes(report) == refused
    assert report.created == 2 - len(refused)


def _own_product(shop: Shop, *, slug: str, sku: str) -> None:
    draft = ProductDraft(
        slug=slug,
        texts=(TextDraft(language="en", title="Ours"),),
        variants=(VariantDraft(sku=sku, prices=(PriceDraft(currency="DKK", amount=100),)),),
    )
    with shop_transaction(shop.pk, actor="test"):
        save_product(draft=draft, actor="test")


def test_clashes_with_goods_of_the_shop_lose_only_the_clash(shop: Shop) -> None:
    _own_product(shop, slug="a", sku="X-1")
    data = export([row("a", "A", Variant_SKU="X-1"), row("b", "B", Variant_SKU="X-2")])
    report = run(shop, data)
    assert (report.created, codes(report)) == (2, [(2, "", "duplicate_sku")])
    assert report.refusals[0].value == "X-1"
    imported = product(shop, "a")
    assert imported.slug.startswith("a-")
    assert imported.variants[0].sku is None
    assert run(shop, data).unchanged == 2


def test_two_shops_have_nothing_to_do_with_each_other(make_shop: Any) -> None:
    mine, other = make_shop(), make_shop(currency="JPY")
    run(mine, CLASSIC)
    before = footprint(mine)
    report = run(other, CLASSIC)
    assert report.created == 2
    assert product(other, "bowl-dusk").variants[0].prices[0].amount == 349
    assert footprint(mine) == before


def test_history_says_who(shop: Shop) -> None:
    run(shop, export([row("a", "A")]))
    with shop_transaction(shop.pk):
        entries = History.objects.filter(table_name__startswith="catalog_")
        assert set(entries.values_list("actor", flat=True)) == {"test:import"}


@pytest.mark.slow
def test_a_thousand_products(shop: Shop) -> None:
    data = export([row(f"p{number}", f"Product {number}") for number in range(1_000)])
    start = time.monotonic()
    assert run(shop, data).created == 1_000
    middle = time.monotonic()
    assert run(shop, data).unchanged == 1_000
    took = f"{middle - start:.1f} s new, {time.monotonic() - middle:.1f} s unchanged"
    assert time.monotonic() - start < 120, took
