"""Saving a product: like the draft, all or nothing, and nothing touched that is like it."""

import threading
from typing import Any

import msgspec
import pytest
from django.db import connections

from eseller.commerce.cart.models import Cart, CartLine
from eseller.commerce.catalog.actions.save_product import save_product
from eseller.commerce.catalog.drafts import (
    ImageDraft,
    OptionDraft,
    OptionValueDraft,
    ProductDraft,
    Saved,
    StockDraft,
    TextDraft,
    VariantDraft,
)
from eseller.commerce.catalog.errors import InvalidProduct, ProductNotFound
from eseller.commerce.catalog.models import Category, OptionValue, Product, SearchEntry, SearchWord, Variant
from eseller.commerce.catalog.queries import product_draft
from eseller.commerce.catalog.stored import StoredProduct, stored_product
from eseller.commerce.inventory.models import Movement, StockItem
from eseller.commerce.pricing.models import Price, PriceList
from eseller.tenancy.errors import Unscoped
from eseller.tenancy.models import History
from eseller.tenancy.scope import shop_transaction
from tests.commerce.catalog.counting import statements
from tests.commerce.catalog.drafts import draft, image, option, price, saved, shirt, variant

with_ = msgspec.structs.replace


def again(shop: Any, product_id: int, **changes: Any) -> Saved:
    """Save a product as it is, with some fields changed."""
    with shop_transaction(shop.pk, actor="test"):
        now = product_draft(product_id)
        assert now
        return save_product(draft=with_(now, **changes), actor="test", product_id=product_id)


def rows(shop: Any, product_id: int) -> StoredProduct:
    with shop_transaction(shop.pk):
        stored = stored_product(product_id)
        assert stored
        return stored


def drafted(shop: Any, product_id: int) -> ProductDraft:
    with shop_transaction(shop.pk):
        now = product_draft(product_id)
        assert now
        return now


def in_cart(shop: Any, variant_id: int) -> None:
    with shop_transaction(shop.pk):
        cart = Cart.objects.create(token_hash=f"{variant_id:064d}")
        CartLine.objects.create(cart=cart, variant_id=variant_id, quantity=1)


def test_everything_in_a_draft_is_stored(shop: Any) -> None:
    picture = image(shop)
    with shop_transaction(shop.pk):
        category = Category.objects.create(slug="shirts").pk
    wanted = shirt(
        brand="Vævet",
        product_type="Shirts",
        tags=("linen", "summer"),
        source="test",
        external_id="x-1",
        texts=(
            TextDraft(language="en", title="Shirt", description="Long.\n\n* one", seo_title="S", seo_description="D"),
            TextDraft(language="da", title="Skjorte"),
        ),
        images=(ImageDraft(image_id=picture, alts={"en": "A shirt"}),),
        category_ids=(category,),
        variants=tuple(
            variant(
                choices=(s, c),
                sku=f"S{s}{c}",
                ean="4006381333931",
                weight_g=200,
                prices=(price(9900, 12900), price(1300, currency="EUR")),
                stock=StockDraft(on_hand=3, backorder=True),
                image_id=picture,
            )
            for s in (0, 1)
            for c in (0, 1)
        ),
    )
    result = drafted(shop, saved(shop, wanted))
    assert with_(result, variants=tuple(with_(v, id=None) for v in result.variants)) == wanted


def test_saving_what_is_there_changes_nothing(shop: Any) -> None:
    product_id = saved(shop, shirt(images=(ImageDraft(image_id=image(shop)),)))
    with shop_transaction(shop.pk):
        before = (History.objects.count(), Product.objects.get(pk=product_id).updated_at, Movement.objects.count())
    assert again(shop, product_id) == Saved(product_id, "unchanged")
    with shop_transaction(shop.pk):
        assert before == (
            History.objects.count(),
            Product.objects.get(pk=product_id).updated_at,
            Movement.objects.count(),
        )


def test_a_repeated_import_finds_its_product_and_variants_without_ids(shop: Any) -> None:
    wanted = shirt(source="test", external_id="one")
    first = saved(shop, wanted)
    with shop_transaction(shop.pk):
        assert save_product(draft=wanted, actor="test") == Saved(first, "unchanged")
        changed = with_(wanted, brand="New", slug="moved")
        assert save_product(draft=changed, actor="test") == Saved(first, "updated")


def test_only_what_differs_is_written(shop: Any) -> None:
    product_id = saved(shop, shirt())
    with shop_transaction(shop.pk):
        before = History.objects.count()
    variants = drafted(shop, product_id).variants
    cheaper = with_(variants[0], prices=(price(1),))
    assert again(shop, product_id, variants=(cheaper, *variants[1:])).outcome == "updated"
    with shop_transaction(shop.pk):
        assert History.objects.count() == before + 1
        last = History.objects.order_by("-id")[0]
        assert (last.table_name, last.actor) == ("pricing_price", "test")


def test_a_hundred_variants_take_a_constant_number_of_statements(shop: Any) -> None:
    sizes, colours = [str(n) for n in range(10)], [f"Colour {n}" for n in range(10)]
    wanted = draft(
        options=(option("Size", *sizes), option("Colour", *colours)),
        variants=tuple(variant(choices=(s, c), sku=f"V-{s}-{c}") for s in range(10) for c in range(10)),
    )
    with shop_transaction(shop.pk, actor="test"), statements() as captured:
        product_id = save_product(draft=wanted, actor="test").product_id
    assert 10 < len(captured) <= 30
    now = drafted(shop, product_id)
    dearer = with_(now, variants=tuple(with_(v, prices=(price(7),), weight_g=1) for v in now.variants))
    with shop_transaction(shop.pk, actor="test"), statements() as captured:
        save_product(draft=dearer, actor="test", product_id=product_id)
    assert 4 < len(captured) <= 12


def test_a_new_product_joins_and_needs_an_open_transaction(shop: Any) -> None:
    with pytest.raises(Unscoped):
        save_product(draft=draft(), actor="test")


def test_a_variant_left_out_is_deleted(shop: Any) -> None:
    product_id = saved(shop, shirt())
    variants = drafted(shop, product_id).variants
    again(shop, product_id, variants=variants[:3])
    with shop_transaction(shop.pk):
        assert list(Variant.objects.order_by("pk").values_list("pk", flat=True)) == [v.id for v in variants[:3]]


def test_a_variant_left_out_that_is_in_a_cart_becomes_inactive(shop: Any) -> None:
    product_id = saved(shop, shirt())
    variants = drafted(shop, product_id).variants
    assert variants[3].id
    in_cart(shop, variants[3].id)
    again(shop, product_id, variants=variants[:3])
    assert [v.active for v in rows(shop, product_id).variants] == [True, True, True, False]
    assert again(shop, product_id).outcome == "unchanged"


def test_a_value_left_out_leaves_the_inactive_variants_that_had_it(shop: Any) -> None:
    product_id = saved(shop, shirt())
    now = drafted(shop, product_id)
    assert now.variants[3].id
    in_cart(shop, now.variants[3].id)
    small = OptionDraft(names=now.options[0].names, values=now.options[0].values[:1])
    again(shop, product_id, options=(small, now.options[1]), variants=now.variants[:2])
    stored = rows(shop, product_id)
    assert [len(o.values) for o in stored.options] == [1, 2]
    orphan = next(v for v in stored.variants if v.id == now.variants[3].id)
    assert (orphan.active, orphan.value1_id) == (False, None)
    assert again(shop, product_id).outcome == "unchanged"


def test_an_option_can_be_renamed_added_and_removed(shop: Any) -> None:
    product_id = saved(shop, shirt())
    now = drafted(shop, product_id)
    ids = [v.id for v in now.variants]
    renamed = OptionDraft(
        names={"en": "Fit"}, values=(OptionValueDraft(labels={"en": "Slim"}), OptionValueDraft(labels={"en": "Wide"}))
    )
    again(shop, product_id, options=(renamed, now.options[1]))
    with shop_transaction(shop.pk):
        assert OptionValue.objects.count() == 4, "renamed values are the same rows"
    third = option("Sleeve", "Long")
    wider = tuple(with_(v, choices=(*v.choices, 0)) for v in now.variants)
    again(shop, product_id, options=(renamed, now.options[1], third), variants=wider)
    one = tuple(with_(v, choices=(v.choices[0],)) for v in now.variants if v.choices[1] == 0)
    again(shop, product_id, options=(renamed,), variants=one)
    stored = rows(shop, product_id)
    assert [v.id for v in stored.variants] == [ids[0], ids[2]]
    assert [o.names for o in stored.options] == [{"en": "Fit"}]


def test_variants_can_swap_skus_values_and_order(shop: Any) -> None:
    wanted = shirt(variants=tuple(variant(choices=(s, c), sku=f"K{s}{c}") for s in (0, 1) for c in (0, 1)))
    product_id = saved(shop, wanted)
    now = drafted(shop, product_id)
    a, b, c, d = now.variants
    swapped = (with_(b, sku="K00"), with_(a, sku="K01"), with_(d, choices=(1, 0)), with_(c, choices=(1, 1)))
    assert again(shop, product_id, variants=swapped).outcome == "updated"
    result = drafted(shop, product_id).variants
    assert result == swapped


def test_values_can_change_their_order(shop: Any) -> None:
    product_id = saved(shop, shirt())
    now = drafted(shop, product_id)
    turned = OptionDraft(names=now.options[0].names, values=now.options[0].values[::-1])
    flipped = tuple(with_(v, choices=(1 - v.choices[0], v.choices[1])) for v in now.variants)
    with shop_transaction(shop.pk):
        before = set(OptionValue.objects.values_list("pk", "labels__en"))
    again(shop, product_id, options=(turned, now.options[1]), variants=flipped)
    assert [v.labels["en"] for v in rows(shop, product_id).options[0].values] == ["Large", "Small"]
    with shop_transaction(shop.pk):
        assert set(OptionValue.objects.values_list("pk", "labels__en")) == before


def test_a_deactivated_sku_can_be_used_by_another_variant(shop: Any) -> None:
    wanted = shirt(variants=tuple(variant(choices=(s, c), sku=f"D{s}{c}") for s in (0, 1) for c in (0, 1)))
    product_id = saved(shop, wanted)
    a, b, *_ = drafted(shop, product_id).variants
    assert b.id
    in_cart(shop, b.id)
    again(shop, product_id, variants=(with_(a, sku="D01"),))
    assert {(v.sku, v.active) for v in rows(shop, product_id).variants} == {("D01", True), (None, False)}


def test_stock_changes_make_movements(shop: Any) -> None:
    product_id = saved(shop)
    (only,) = drafted(shop, product_id).variants
    again(shop, product_id, variants=(with_(only, stock=StockDraft(on_hand=12)),))
    again(shop, product_id, variants=(with_(only, stock=StockDraft(on_hand=None, backorder=True)),))
    again(shop, product_id, variants=(with_(only, stock=None),))
    with shop_transaction(shop.pk):
        assert list(Movement.objects.order_by("pk").values_list("delta", "reason", "actor")) == [
            (5, "count", "test"),
            (7, "count", "test"),
        ]
        item = StockItem.objects.get()
        assert (item.on_hand, item.reserved, item.backorder) == (12, 0, True)


def test_stock_cannot_fall_below_what_is_promised(shop: Any) -> None:
    product_id = saved(shop)
    with shop_transaction(shop.pk):
        StockItem.objects.update(reserved=4)
    (only,) = drafted(shop, product_id).variants
    with pytest.raises(InvalidProduct) as raised:
        again(shop, product_id, variants=(with_(only, stock=StockDraft(on_hand=3)),))
    assert [(p.field, p.code) for p in raised.value.problems] == [("variants.0.stock.on_hand", "below_reserved")]
    with shop_transaction(shop.pk):
        assert StockItem.objects.get().on_hand == 5


def test_prices_go_to_a_list_for_each_currency(shop: Any) -> None:
    product_id = saved(shop, draft(variants=(variant(prices=(price(100), price(20, currency="EUR"))),)))
    with shop_transaction(shop.pk):
        assert set(PriceList.objects.values_list("currency", flat=True)) == {"DKK", "EUR"}
    (only,) = drafted(shop, product_id).variants
    again(shop, product_id, variants=(with_(only, prices=(price(90, 100),)),))
    with shop_transaction(shop.pk):
        assert list(Price.objects.values_list("amount", "compare_at")) == [(90, 100)]


def _broken() -> dict[str, tuple[ProductDraft, str, str]]:
    """Drafts with one mistake each: the draft, the field and the code that tell it."""
    two = (variant(choices=(0,)), variant(choices=(0,)))
    size = option("Size", "S", "M")
    return {
        "slug": (draft(slug="Not a slug"), "slug", "malformed"),
        "no slug": (draft(slug=""), "slug", "required"),
        "state": (draft(state="gone"), "state", "unknown_state"),
        "ean": (draft(variants=(variant(ean="4006381333932"),)), "variants.0.ean", "bad_ean"),
        "combination": (draft(options=(size,), variants=two), "variants.1.choices", "combination_twice"),
        "two without options": (draft(variants=(variant(), variant())), "variants.1.choices", "combination_twice"),
        "sku": (
            draft(options=(size,), variants=(variant(choices=(0,), sku="A"), variant(choices=(1,), sku="A"))),
            "variants.1.sku",
            "duplicate_sku",
        ),
        "choices": (draft(options=(size,), variants=(variant(choices=(2,)),)), "variants.0.choices", "bad_choices"),
        "options": (
            draft(options=(size,) * 4, variants=(variant(choices=(0, 0, 0, 0)),)),
            "options",
            "too_many",
        ),
        "value twice": (
            draft(options=(option("Size", "S", "s"),), variants=(variant(choices=(0,)),)),
            "options.0.values.1.labels",
            "duplicate",
        ),
        "language": (draft(texts=(TextDraft(language="fr", title="T"),)), "texts.fr", "unknown_language"),
        "title": (draft(texts=(TextDraft(language="en", title="\x00 "),)), "texts.en.title", "required"),
        "long": (draft(texts=(TextDraft(language="en", title="x" * 256),)), "texts.en.title", "too_long"),
        "price": (draft(variants=(variant(-1),)), "variants.0.prices.0.amount", "too_low"),
        "huge": (draft(variants=(variant(10**14),)), "variants.0.prices.0.amount", "too_high"),
        "compare": (
            draft(variants=(variant(prices=(price(10, 10),)),)),
            "variants.0.prices.0.compare_at",
            "compare_at_too_low",
        ),
        "currency": (
            draft(variants=(variant(prices=(price(1, currency="XYZ"),)),)),
            "variants.0.prices.0.currency",
            "unknown_currency",
        ),
        "no variant": (draft(variants=()), "variants", "required"),
        "variant of another": (draft(variants=(variant(id=1),)), "variants.0.id", "unknown_variant"),
        "image": (draft(images=(ImageDraft(image_id=1),)), "images.0", "unknown_image"),
        "category": (draft(category_ids=(1,)), "category_ids.0", "unknown_category"),
        "stock": (draft(variants=(variant(on_hand=-1),)), "variants.0.stock.on_hand", "too_low"),
        "weight": (draft(variants=(variant(weight_g=-1),)), "variants.0.weight_g", "too_low"),
        "tag": (draft(tags=("x" * 81,)), "tags.0", "too_long"),
    }


@pytest.mark.parametrize("mistake", _broken())
def test_a_mistake_is_told_at_its_field_and_nothing_is_written(shop: Any, mistake: str) -> None:
    wanted, field, code = _broken()[mistake]
    with shop_transaction(shop.pk, actor="test"):
        with pytest.raises(InvalidProduct) as raised:
            save_product(draft=wanted, actor="test")
        assert (field, code) in [(p.field, p.code) for p in raised.value.problems]
        assert not Product.objects.exists()
        save_product(draft=draft(), actor="test")  # the transaction goes on


def test_slug_and_sku_of_another_product_are_told(shop: Any) -> None:
    saved(shop, draft(slug="cup", variants=(variant(sku="CUP"),)))
    with pytest.raises(InvalidProduct) as raised:
        saved(shop, draft(slug="cup", variants=(variant(sku="CUP"),)))
    assert [(p.field, p.code) for p in raised.value.problems] == [
        ("slug", "duplicate_slug"),
        ("variants.0.sku", "duplicate_sku"),
    ]


def test_other_shops_use_the_same_slug_sku_and_external_id_but_not_our_rows(shop: Any, make_shop: Any) -> None:
    wanted = draft(slug="cup", source="test", external_id="1", variants=(variant(sku="CUP"),))
    mine, other = saved(shop, wanted), make_shop()
    theirs = saved(other, wanted)
    assert theirs != mine
    with shop_transaction(other.pk, actor="test"), pytest.raises(ProductNotFound):
        save_product(draft=wanted, actor="test", product_id=mine)
    with pytest.raises(InvalidProduct) as raised:
        saved(other, draft(images=(ImageDraft(image_id=image(shop)),)))
    assert raised.value.problems[0].code == "unknown_image"


def test_what_nobody_can_see_is_stripped(shop: Any) -> None:
    text = TextDraft(language="en", title=" A\x00 \u202ecup\n", description="a\r\nb\x07\tc\ud800  \n")
    now = drafted(shop, saved(shop, draft(texts=(text,), tags=("\x01", " x ", "x"))))
    assert (now.texts[0].title, now.texts[0].description, now.tags) == ("A cup", "a\nb\tc", ("x",))


def _both(first: Any, second: Any) -> list[Any]:
    """Run two functions at once, each with a connection of its own, and return what they gave or raised."""
    results: list[Any] = [None, None]
    barrier = threading.Barrier(2)

    def run(index: int, function: Any) -> None:
        barrier.wait()
        try:
            results[index] = function()
        except Exception as error:
            results[index] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(i, f)) for i, f in enumerate((first, second))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return results


def test_two_who_make_the_same_product_get_one(shop: Any) -> None:
    for _ in range(3):
        wanted = draft(variants=(variant(sku=None),))
        results = _both(lambda: saved(shop, wanted), lambda: saved(shop, wanted))  # noqa: B023  (joined before the next)
        (refused,) = [r for r in results if isinstance(r, Exception)]
        assert isinstance(refused, InvalidProduct)
        assert refused.problems[0].code == "duplicate_slug"


@pytest.mark.parametrize("attempt", range(3))
def test_two_saves_of_one_product_take_turns(shop: Any, attempt: int) -> None:
    product_id = saved(shop, shirt())
    now = drafted(shop, product_id)
    narrow = with_(
        now, options=now.options[:1], variants=tuple(with_(v, choices=v.choices[:1]) for v in now.variants[::2])
    )
    wide = with_(now, brand="B", variants=tuple(with_(v, weight_g=5) for v in now.variants))
    results = _both(lambda: saved(shop, narrow, product_id), lambda: saved(shop, wide, product_id))
    # The one that comes second may find the other's variants gone; it then says so, and never writes half.
    assert product_id in results
    assert all(r == product_id or isinstance(r, InvalidProduct) for r in results), results
    assert again(shop, product_id).outcome == "unchanged"


def test_search_knows_published_products_only(shop: Any) -> None:
    product_id = saved(shop, draft("Teapot"))
    with shop_transaction(shop.pk):
        assert set(SearchEntry.objects.values_list("language", flat=True)) == {"en", "da", "de"}
        assert SearchWord.objects.get(word="teapot").uses == 1
    again(shop, product_id, state="draft")
    with shop_transaction(shop.pk):
        assert not SearchEntry.objects.exists()
        assert not SearchWord.objects.exists()


def test_words_are_counted_once_a_product(shop: Any) -> None:
    first, _ = saved(shop, draft("Blue cup", tags=("blue",))), saved(shop, draft("Red cup"))
    with shop_transaction(shop.pk):
        assert dict(SearchWord.objects.values_list("word", "uses")) == {"blue": 1, "red": 1, "cup": 2}
    again(shop, first, texts=(TextDraft(language="en", title="Green cup"),), tags=())
    with shop_transaction(shop.pk):
        assert dict(SearchWord.objects.values_list("word", "uses")) == {"green": 1, "red": 1, "cup": 2}


def test_variants_are_recognised_by_sku_then_by_labels(shop: Any) -> None:
    wanted = shirt(variants=(variant(choices=(0, 0), sku="ONE"), variant(choices=(0, 1))))
    product_id = saved(shop, wanted)
    one, two = (v.id for v in drafted(shop, product_id).variants)
    swapped = with_(
        wanted,
        options=(option("Size", "small", "Huge"), option("Colour", "Blue", "Red")),
        variants=(VariantDraft(choices=(0, 0)), VariantDraft(sku="ONE", choices=(1, 1))),
    )
    saved(shop, swapped, product_id)
    assert [v.id for v in drafted(shop, product_id).variants] == [two, one]
