"""Reads for pages: what they show, with how many statements, and nothing of another shop."""

from typing import Any

import msgspec
import pytest

from eseller.commerce.catalog import queries
from eseller.commerce.catalog.actions.save_category import CategoryDraft, CategoryTextDraft, save_category
from eseller.commerce.catalog.actions.set_state import set_state
from eseller.commerce.catalog.drafts import ImageDraft, OptionDraft, OptionValueDraft, StockDraft, TextDraft
from eseller.commerce.catalog.records import Availability, Filters, ProductPage, Sort
from eseller.commerce.content.actions.save_home import save_home
from eseller.commerce.content.actions.save_page import save_page
from eseller.commerce.content.drafts import HomeDraft, HomeTextDraft, PageDraft, PageTextDraft
from eseller.commerce.inventory.models import StockItem
from eseller.kernel.money import Money
from eseller.tenancy.scope import shop_transaction
from tests.commerce.catalog.counting import statements
from tests.commerce.catalog.drafts import draft, image, price, saved, shirt, variant


def page_of(shop: Any, slug: str, language: str = "en", currency: str = "DKK", most: int = 2) -> ProductPage | None:
    with shop_transaction(shop.pk), statements() as captured:
        page = queries.product_page(slug, language, currency)
    assert 1 <= len(captured) <= most
    return page


def category(shop: Any, slug: str, parent: int | None = None, **values: Any) -> int:
    texts = (CategoryTextDraft(language="en", title=slug.title()),)
    with shop_transaction(shop.pk, actor="test"):
        return save_category(draft=CategoryDraft(slug=slug, parent_id=parent, texts=texts, **values), actor="test")


def test_a_product_page_has_everything(shop: Any) -> None:
    top = category(shop, "clothes")
    below = category(shop, "shirts", top)
    pictures = [image(shop), image(shop), image(shop, state="pending", sha256=None, source_url="http://x.example/a")]
    wanted = shirt(
        brand="Vævet",
        category_ids=(below,),
        images=tuple(ImageDraft(image_id=i, alts={"en": f"Picture {n}"}) for n, i in enumerate(pictures)),
        variants=(
            variant(choices=(0, 0), sku="A", prices=(price(100, 150),), stock=StockDraft(on_hand=9)),
            variant(choices=(0, 1), stock=StockDraft(on_hand=5), image_id=pictures[1]),
            variant(choices=(1, 0), stock=StockDraft(on_hand=0, backorder=True)),
            variant(choices=(1, 1), stock=StockDraft(on_hand=0)),
        ),
    )
    saved(shop, wanted)
    related = saved(shop, draft("Trousers", category_ids=(below,)))
    page = page_of(shop, wanted.slug)
    assert page
    assert (page.title, page.brand, page.includes_vat, page.language) == ("Shirt", "Vævet", True, "en")
    assert [o.name for o in page.options] == ["Size", "Colour"]
    assert [v.label for v in page.options[1].values] == ["Red", "Blue"]
    assert [v.title for v in page.variants] == ["Small / Red", "Small / Blue", "Large / Red", "Large / Blue"]
    assert [v.values for v in page.variants][1] == (page.options[0].values[0].id, page.options[1].values[1].id)
    assert [v.availability for v in page.variants] == ["in_stock", "low", "back_order", "sold_out"]
    assert [v.left for v in page.variants] == [None, 5, None, None]
    assert [v.can_buy for v in page.variants] == [True, True, True, False]
    assert (page.variants[0].price, page.variants[0].compare_at) == (Money(100, "DKK"), Money(150, "DKK"))
    assert [p.alt for p in page.pictures] == ["Picture 0", "Picture 1"], "a picture not yet fetched is left out"
    assert page.pictures[0].url(960) == f"/media/{page.pictures[0].sha256}-960.webp"
    assert [v.picture for v in page.variants] == [None, 1, None, None]
    assert [c.slug for c in page.path] == ["clothes", "shirts"]
    assert [c.id for c in page.related] == [related]
    assert page.variant(page.variants[3].id) == page.variants[3]
    assert page.variant(None) == page.variants[0]


def test_texts_fall_back_to_the_shops_first_language_then_to_any(shop: Any) -> None:
    both = draft(texts=(TextDraft(language="en", title="Cup"), TextDraft(language="da", title="Kop")))
    german = draft(
        texts=(TextDraft(language="de", title="Tasse"),),
        options=(OptionDraft(names={"de": "Farbe"}, values=(OptionValueDraft(labels={"de": "Rot"}),)),),
        variants=(variant(choices=(0,)),),
    )
    saved(shop, both)
    saved(shop, german)
    titles = {language: page.title for language in ("en", "da", "de") if (page := page_of(shop, both.slug, language))}
    assert titles == {"en": "Cup", "da": "Kop", "de": "Cup"}
    page = page_of(shop, german.slug, "da")
    assert page
    assert (page.title, page.language, page.options[0].name, page.variants[0].title) == ("Tasse", "de", "Farbe", "Rot")


def test_what_is_not_published_has_no_page(shop: Any, make_shop: Any) -> None:
    hidden, other = draft(state="draft"), draft()
    saved(shop, hidden)
    saved(make_shop(), other)
    assert page_of(shop, hidden.slug) is None
    assert page_of(shop, other.slug) is None
    assert page_of(shop, "nothing") is None


def test_a_variant_without_a_price_in_the_currency_cannot_be_bought(shop: Any) -> None:
    wanted = draft()
    product_id = saved(shop, wanted)
    page = page_of(shop, wanted.slug, currency="EUR")
    assert page
    assert page.variants[0].price is None
    assert not page.variants[0].can_buy
    with shop_transaction(shop.pk):
        (card,) = queries.product_cards([product_id], "en", "EUR")
    assert (card.price, card.availability) == (None, Availability.SOLD_OUT)


def test_reserved_stock_cannot_be_had(shop: Any) -> None:
    wanted = draft(variants=(variant(on_hand=6),))
    saved(shop, wanted)
    with shop_transaction(shop.pk):
        StockItem.objects.update(reserved=6)
    page = page_of(shop, wanted.slug)
    assert page
    assert page.variants[0].availability is Availability.SOLD_OUT


def test_cards_tell_the_lowest_price_and_the_best_availability(shop: Any) -> None:
    wanted = shirt(
        variants=(
            variant(choices=(0, 0), prices=(price(300),), stock=StockDraft(on_hand=0)),
            variant(choices=(0, 1), prices=(price(200, 250),), stock=StockDraft(on_hand=2)),
            variant(choices=(1, 0), prices=(price(100),), active=False),
        )
    )
    product_id, hidden = saved(shop, wanted), saved(shop, draft(state="draft"))
    with shop_transaction(shop.pk):
        (card,) = queries.product_cards([hidden, product_id], "en", "DKK")
    assert (card.price, card.compare_at, card.varies) == (Money(200, "DKK"), Money(250, "DKK"), True)
    assert card.availability is Availability.LOW
    assert card.picture is None


@pytest.fixture
def assortment(shop: Any) -> Any:
    """A shop with a category of five products in two levels, and their slugs by price."""
    top = category(shop, "all")
    below = category(shop, "part", top)
    hidden = category(shop, "hidden", top, published=False)
    for index in range(5):
        stock = StockDraft(on_hand=index % 2)
        wanted = draft(f"Product {index}", slug=f"x-{index}", variants=(variant(100 * (index + 1), stock=stock),))
        saved(shop, msgspec.structs.replace(wanted, category_ids=(top, below) if index < 2 else (below,)))
    saved(shop, draft("Unseen", slug="unseen", category_ids=(hidden,)))
    return shop


def slugs_of(shop: Any, slug: str = "all", **values: Any) -> list[str]:
    with shop_transaction(shop.pk), statements() as captured:
        page = queries.category_page(slug, "en", "DKK", **values)
    assert len(captured) == 1
    assert page
    return [card.slug for card in page.cards]


def test_a_category_shows_what_is_in_it_and_below_once(assortment: Any) -> None:
    with shop_transaction(assortment.pk):
        page = queries.category_page("all", "en", "DKK")
        assert page
        assert (page.total, page.pages, page.title, page.includes_vat) == (5, 1, "All", True)
        assert [c.slug for c in page.children] == ["part"]
        assert sorted(card.slug for card in page.cards) == [f"x-{i}" for i in range(5)]
        part = queries.category_page("part", "en", "DKK")
        assert part
        assert [c.slug for c in part.path] == ["all", "part"]
        assert queries.category_page("hidden", "en", "DKK") is None


def test_a_category_sorts_and_filters(assortment: Any) -> None:
    rising = [f"x-{i}" for i in range(5)]
    assert slugs_of(assortment, sort=Sort.CHEAPEST) == rising
    assert slugs_of(assortment, sort=Sort.DEAREST) == rising[::-1]
    assert slugs_of(assortment, sort=Sort.NEWEST) == rising[::-1]
    assert slugs_of(assortment, sort=Sort.CHEAPEST, filters=Filters(in_stock=True)) == ["x-1", "x-3"]
    assert slugs_of(assortment, sort=Sort.CHEAPEST, filters=Filters(price_min=200, price_max=300)) == ["x-1", "x-2"]
    assert slugs_of(assortment, filters=Filters(price_min=10**18, price_max=-5)) == []
    assert slugs_of(assortment, page=2) == []
    assert len(slugs_of(assortment, page=-3)) == 5
    assert slugs_of(assortment, page=10**9) == []


def test_pages_of_a_category_are_apart_and_whole(shop: Any) -> None:
    top = category(shop, "all")
    for index in range(26):
        saved(shop, draft(slug=f"y-{index}", category_ids=(top,)))
    assert len(set(slugs_of(shop) + slugs_of(shop, page=2))) == 26
    with shop_transaction(shop.pk):
        page = queries.category_page("all", "en", "DKK", page=2)
        assert page
        assert (page.pages, page.total, page.page, len(page.cards)) == (2, 26, 2, 2)


def test_navigation_is_the_published_tree(assortment: Any) -> None:
    category(assortment, "below-hidden", None, published=False)
    with shop_transaction(assortment.pk), statements() as captured:
        (top,) = queries.navigation("da")
    assert len(captured) == 1
    assert (top.title, [child.slug for child in top.children]) == ("All", ["part"])


def test_the_front_page(assortment: Any) -> None:
    hero = image(assortment)
    with shop_transaction(assortment.pk, actor="test"):
        empty = queries.home_page("en", "DKK")
        assert (empty.tagline, empty.featured, len(empty.newest)) == ("", (), 6)
        ids = [card.id for card in empty.newest]
        texts = (HomeTextDraft(language="en", tagline="T", hero_title="H", hero_text="x"),)
        save_home(draft=HomeDraft(texts=texts, hero_image_id=hero, featured_ids=(ids[3], ids[0])), actor="test")
        with statements() as captured:
            page = queries.home_page("de", "DKK")
        assert len(captured) == 1
    assert (page.tagline, page.hero_title, page.hero_text) == ("T", "H", "x")
    assert page.hero
    assert page.hero.id == hero
    assert [card.id for card in page.featured] == [ids[3], ids[0]]
    assert [c.slug for c in page.categories] == ["all"]


def test_the_sitemap_has_what_is_public(assortment: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "CHUNK", 2)
    with shop_transaction(assortment.pk, actor="test"):
        saved(assortment, draft(state="archived"))
        text = (PageTextDraft(language="en", title="Terms"),)
        save_page(draft=PageDraft(slug="terms", texts=text), actor="test")
        save_page(draft=PageDraft(slug="not-yet", texts=text, published=False), actor="test")
        found = [(entry.kind, entry.slug) for entry in queries.sitemap_entries()]
    products = [("product", f"x-{i}") for i in range(5)] + [("product", "unseen")]
    assert found == [*products, ("category", "all"), ("category", "part"), ("page", "terms")]


def test_the_feed_has_every_variant_with_a_price(shop: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from eseller.commerce.catalog import feed

    monkeypatch.setattr(feed, "CHUNK", 3)
    picture, second = image(shop), image(shop)
    first = shirt(brand="V", images=(ImageDraft(image_id=picture), ImageDraft(image_id=second)))
    group = saved(shop, first)
    alone = saved(shop, draft("Cup", variants=(variant(ean="4006381333931", prices=(price(5, 9),)),)))
    saved(shop, draft(state="draft"))
    saved(shop, draft(variants=(variant(prices=(price(1, currency="EUR"),)),)))
    with shop_transaction(shop.pk):
        entries = list(queries.feed_entries("en", "DKK"))
    assert [e.item_group_id for e in entries] == [group] * 4 + [None]
    assert [e.title for e in entries][:2] == ["Shirt – Small / Red", "Shirt – Small / Blue"]
    assert entries[0].picture
    assert (entries[0].picture.id, [p.id for p in entries[0].more_pictures]) == (picture, [second])
    last = entries[-1]
    assert (last.product_id, last.gtin, last.title) == (alone, "4006381333931", "Cup")
    assert (last.price, last.compare_at, last.availability) == (Money(5, "DKK"), Money(9, "DKK"), "low")


def test_the_back_offices_list_finds_what_shoppers_do_not_see(shop: Any, make_shop: Any) -> None:
    draft_id = saved(shop, draft("Hidden cup", state="draft", variants=(variant(sku="SK%U_1", on_hand=3),)))
    saved(shop, draft("Other", brand="Cupra"))
    saved(make_shop(), draft("Hidden cup"))

    def ids(**values: Any) -> list[int]:
        with shop_transaction(shop.pk), statements() as captured:
            found = queries.products_list(language="en", currency="DKK", **values)
        assert len(captured) == 1
        assert found.total == len(found.rows)
        return [row.id for row in found.rows]

    assert len(ids()) == 2
    assert len(ids(search="CUP")) == 2
    assert ids(search="%u_1") == [draft_id]
    assert ids(search="x%") == []
    assert ids(state="draft") == [draft_id]
    assert ids(search="\\") == []
    with shop_transaction(shop.pk):
        (row,) = queries.products_list(language="da", currency="DKK", state="draft").rows
    assert (row.title, row.variants, row.on_hand, row.price) == ("Hidden cup", 1, 3, Money(10000, "DKK"))


def test_set_state_hides_and_shows(shop: Any) -> None:
    wanted = draft("Teapot")
    product_id = saved(shop, wanted)
    with shop_transaction(shop.pk, actor="test"):
        assert set_state(product_id=product_id, state="archived", actor="test").outcome == "updated"
        assert set_state(product_id=product_id, state="archived", actor="test").outcome == "unchanged"
        assert queries.search_page("teapot", "en", "DKK").total == 0
        assert queries.product_page(wanted.slug, "en", "DKK") is None
        set_state(product_id=product_id, state="published", actor="test")
        assert queries.search_page("teapot", "en", "DKK").total == 1
