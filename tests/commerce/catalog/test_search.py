"""Search: what is found, in which order, in spite of typing errors, and by an index."""

from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eseller.commerce.catalog.actions.delete_product import delete_product
from eseller.commerce.catalog.actions.rebuild_search import rebuild_search
from eseller.commerce.catalog.distance import distance
from eseller.commerce.catalog.drafts import StockDraft, TextDraft
from eseller.commerce.catalog.models import SearchEntry, SearchWord
from eseller.commerce.catalog.queries import search_page
from eseller.commerce.catalog.records import SearchPage
from eseller.tenancy.models import Shop
from eseller.tenancy.scope import PLATFORM, platform_transaction, shop_transaction
from eseller.tenancy.sql import execute, fetch
from tests.commerce.catalog.counting import statements
from tests.commerce.catalog.drafts import draft, option, saved, variant

pytestmark = pytest.mark.pg15


def found(shop: Any, query: str, language: str = "en") -> list[str]:
    with shop_transaction(shop.pk):
        return [card.title for card in search_page(query, language, "DKK").cards]


def text(title: str, description: str = "", language: str = "en") -> TextDraft:
    return TextDraft(language=language, title=title, description=description)


@pytest.fixture
def goods(shop: Any) -> Any:
    """A shop with a few products, and another shop with one of the same words."""
    saved(shop, draft("Oak bowl", texts=(text("Oak bowl", "Turned by hand. Goes with a walnut spoon."),)))
    saved(shop, draft("Walnut spoon", brand="Træskeen", tags=("kitchen",), variants=(variant(sku="WS-1"),)))
    saved(
        shop,
        draft(
            texts=(text("Running shoes"), text("Løbesko", "Lette sko", "da"), text("Laufschuhe für Läufer", "", "de")),
            options=(option("Colour", "Vermilion"),),
            variants=(variant(choices=(0,), ean="4006381333931", stock=StockDraft(on_hand=0)),),
        ),
    )
    saved(shop, draft("Hidden oak", state="draft"))
    return shop


def test_titles_come_before_descriptions(goods: Any) -> None:
    assert found(goods, "walnut") == ["Walnut spoon", "Oak bowl"]
    assert found(goods, "oak") == ["Oak bowl"]


def test_words_are_stemmed_and_the_last_may_be_unfinished(goods: Any) -> None:
    assert found(goods, "run shoe") == ["Running shoes"]
    assert found(goods, "runnin") == ["Running shoes"]
    assert found(goods, "walnut spo") == ["Walnut spoon", "Oak bowl"]
    assert found(goods, "bowls") == ["Oak bowl"]
    assert found(goods, '"spoon oak"') == []
    assert found(goods, "walnut -oak") == ["Walnut spoon"]
    assert found(goods, "bowl or spoon")[0] in ("Oak bowl", "Walnut spoon")


@pytest.mark.parametrize(
    ("query", "language", "title"),
    [
        ("løbesko", "da", "Løbesko"),
        ("LOBESKO", "da", "Løbesko"),
        ("traeskeen", "en", "Walnut spoon"),
        ("Træskeen", "en", "Walnut spoon"),
        ("läufer", "de", "Laufschuhe für Läufer"),
        ("laufer", "de", "Laufschuhe für Läufer"),
        ("vermilion", "en", "Running shoes"),
        ("vermilion", "da", "Løbesko"),
        ("kitchen", "en", "Walnut spoon"),
        ("walnut spoon", "da", "Walnut spoon"),
    ],
)
def test_accents_and_languages(goods: Any, query: str, language: str, title: str) -> None:
    assert title in found(goods, query, language)


def test_sz_and_umlauts(shop: Any) -> None:
    saved(shop, draft(texts=(text("Große Fußmatte, Öl", "", "de"),)))
    for query in ("große", "grosse", "fussmatte", "öl", "Fußmatte"):
        assert found(shop, query, "de") == ["Große Fußmatte, Öl"], query


@pytest.mark.parametrize("query", ["WS-1", "ws-1", " WS-1 ", "4006381333931"])
def test_sku_and_ean_come_first(goods: Any, query: str) -> None:
    saved(goods, draft(texts=(text("Decoy", f"Not {query} but like it"),)))
    assert found(goods, query)[0] == ("Running shoes" if query[0] == "4" else "Walnut spoon")


@pytest.mark.parametrize(
    ("query", "meant"),
    [("walnot", "walnut"), ("wlanut", "walnut"), ("spoom", "spoon"), ("xalnut spon", "walnut spoon"), ("bwol", "bowl")],
)
def test_typing_errors_are_mended_and_told(goods: Any, query: str, meant: str) -> None:
    with shop_transaction(goods.pk):
        page = search_page(query, "en", "DKK")
    assert page.corrected == meant
    assert page.query == query
    assert page.total >= 1


def test_what_is_far_from_all_words_finds_nothing(goods: Any) -> None:
    with shop_transaction(goods.pk):
        page = search_page("qqqqqqqq", "en", "DKK")
    assert (page.total, page.corrected, page.cards, page.pages) == (0, None, (), 1)


def test_a_search_that_finds_takes_one_statement_and_one_that_does_not_four(goods: Any) -> None:
    for query, most in (("oak", 1), ("walnot", 3), ("qqqqqq", 3)):
        with shop_transaction(goods.pk), statements() as run:
            search_page(query, "en", "DKK")
        assert len(run) <= most, query


def test_other_shops_are_neither_found_nor_suggested(goods: Any, make_shop: Any) -> None:
    other = make_shop()
    saved(other, draft("Zebrawood tray", variants=(variant(sku="ZEB", ean="4006381333931"),)))
    for query in ("zebrawood", "zebrawod", "ZEB"):
        assert found(goods, query) == []
    assert found(goods, "4006381333931") == ["Running shoes"]
    assert found(other, "zebrawod") == ["Zebrawood tray"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM eseller_search('oak', 'en', 10, 0)")
        assert cursor.fetchone() == (0,), "without a shop nothing is found"


HOSTILE = [
    "",
    " ",
    "\x00",
    "'",
    "''''",
    '"',
    "\\",
    "& | ! ( ) :* <->",
    "' & drop table",
    "~1~en",
    "'~1~en'",
    "a" * 10_000,
    "oak " * 2500,
    "%_%",
    "💥",
    "\ud800",
    "-",
    "-oak",
    "or",
    "oak or",
    "the",
    "\u202eoak",
    "٣ ٤",
    "ﬁ",
    "a'b:c*d",
]


@pytest.mark.parametrize("query", HOSTILE)
def test_hostile_queries_are_answered(goods: Any, query: str) -> None:
    with shop_transaction(goods.pk):
        page = search_page(query, "en", "DKK")
    assert isinstance(page, SearchPage)
    assert len(page.query) <= 200


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(query=st.text(max_size=60), language=st.sampled_from(["en", "da", "de", "xx", "'"]))
def test_any_text_is_a_query(shop: Any, query: str, language: str) -> None:
    with shop_transaction(shop.pk):
        assert search_page(query, language, "DKK").total == 0


def test_pages_of_results_are_apart(shop: Any) -> None:
    for index in range(30):
        saved(shop, draft(f"Plate {index}"))
    with shop_transaction(shop.pk):
        first, second = (search_page("plate", "en", "DKK", page=n) for n in (1, 2))
    assert (first.total, first.pages, len(second.cards)) == (30, 2, 6)
    assert not {card.id for card in first.cards} & {card.id for card in second.cards}


def test_a_deleted_product_is_forgotten(shop: Any) -> None:
    product_id = saved(shop, draft("Teapot"))
    with shop_transaction(shop.pk, actor="test"):
        assert delete_product(product_id=product_id, actor="test") == "deleted"
        assert not SearchEntry.objects.exists()
        assert not SearchWord.objects.exists()


def test_rebuilding_gives_what_saving_gave(goods: Any) -> None:
    def state() -> Any:
        entries = fetch("SELECT product_id, language, head::text, document::text FROM catalog_searchentry")
        return sorted(entries), dict(SearchWord.objects.values_list("word", "uses"))

    with shop_transaction(goods.pk, actor="test"):
        before = state()
        execute("UPDATE catalog_searchentry SET document = '', head = ''")
        SearchWord.objects.create(word="nonsense")
        after: int | None = 0
        while after is not None:
            after = rebuild_search(actor="test", after=after, most=2)
        assert state() == before
    with platform_transaction(actor="test"):
        Shop.objects.using(PLATFORM).filter(pk=goods.pk).update(languages=["en", "fr"])
    with shop_transaction(goods.pk, actor="test"):
        rebuild_search(actor="test")
        assert set(SearchEntry.objects.values_list("language", flat=True)) == {"en", "fr"}


def test_the_search_uses_its_indexes(goods: Any) -> None:
    """What the function itself did, by the counters of the indexes; under row-level security they would not move."""

    def scans() -> dict[str, int]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_stat_force_next_flush(), pg_stat_clear_snapshot()")
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT indexrelname, idx_scan FROM pg_stat_user_indexes WHERE relname = 'catalog_searchentry'"
            )
            return dict(cursor.fetchall())

    before = scans()
    assert found(goods, "walnut") == ["Walnut spoon", "Oak bowl"]
    after = scans()
    grown = {name for name, count in after.items() if count > before[name]}
    assert grown == {"search_entry_head", "search_entry_document"}


@given(one=st.text("abc", max_size=6), other=st.text("abc", max_size=6), third=st.text("abc", max_size=6))
def test_distances_are_like_distances(one: str, other: str, third: str) -> None:
    assert (distance(one, other) == 0) == (one == other)
    assert distance(one, other) == distance(other, one)
    assert abs(len(one) - len(other)) <= distance(one, other) <= max(len(one), len(other))


def test_a_slip_of_each_kind_counts_one() -> None:
    for word in ("shrt", "shiirt", "shist", "shrit"):
        assert distance("shirt", word) == 1
