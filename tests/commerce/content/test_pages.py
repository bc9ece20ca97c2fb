"""Pages of text and the front of the shop: saved like a draft, shown in the right language, per shop."""

from typing import Any

import msgspec
import pytest

from eseller.commerce.catalog.errors import InvalidDraft
from eseller.commerce.content.actions.delete_page import delete_page
from eseller.commerce.content.actions.save_home import save_home
from eseller.commerce.content.actions.save_page import save_page
from eseller.commerce.content.drafts import HomeDraft, HomeTextDraft, PageDraft, PageTextDraft
from eseller.commerce.content.errors import InvalidHome, InvalidPage, PageNotFound
from eseller.commerce.content.models import Page
from eseller.commerce.content.queries import content_page, footer_pages, home_draft, page_draft, pages_list
from eseller.tenancy.models import History
from eseller.tenancy.scope import shop_transaction
from tests.commerce.catalog.counting import statements
from tests.commerce.catalog.drafts import draft, image, saved

TERMS = PageDraft(
    slug="terms",
    texts=(
        PageTextDraft(language="en", title="Terms", body="Be *kind*."),
        PageTextDraft(language="da", title="Vilkår", body="Vær rar."),
    ),
)


def make(shop: Any, page: PageDraft = TERMS, page_id: int | None = None) -> int:
    with shop_transaction(shop.pk, actor="test"):
        return save_page(draft=page, actor="test", page_id=page_id)


def problems(error: pytest.ExceptionInfo[InvalidDraft]) -> list[tuple[str, str]]:
    return [(problem.field, problem.code) for problem in error.value.problems]


def test_a_page_is_saved_shown_and_saved_again_unchanged(shop: Any) -> None:
    page_id = make(shop)
    with shop_transaction(shop.pk, actor="test"):
        assert page_draft(page_id) == TERMS
        with statements() as run:
            page = content_page("terms", "de")
        assert len(run) == 1
        assert page
        assert (page.title, page.language, page.body) == ("Terms", "en", "Be *kind*.")
        danish = content_page("terms", "da")
        assert danish
        assert danish.title == "Vilkår"
        before, at = History.objects.count(), Page.objects.get().updated_at
    make(shop, TERMS, page_id)
    with shop_transaction(shop.pk):
        assert (History.objects.count(), Page.objects.get().updated_at) == (before, at)
    make(shop, msgspec.structs.replace(TERMS, texts=TERMS.texts[:1]), page_id)
    with shop_transaction(shop.pk):
        assert Page.objects.get().updated_at > at


def test_the_foot_links_to_published_pages_in_order(shop: Any) -> None:
    pages: list[dict[str, Any]] = [
        {"slug": "b", "position": 0},
        {"slug": "hidden", "position": 1, "published": False},
        {"slug": "elsewhere", "position": 2, "in_footer": False},
        {"slug": "a", "position": -1},
    ]
    for values in pages:
        make(shop, msgspec.structs.replace(TERMS, **values))
    with shop_transaction(shop.pk):
        assert [link.slug for link in footer_pages("en")] == ["a", "b"]
        assert [row.slug for row in pages_list("en")] == ["a", "b", "hidden", "elsewhere"]
        assert content_page("hidden", "en") is None


@pytest.mark.parametrize(
    ("values", "field", "code"),
    [
        ({"slug": "a b"}, "slug", "malformed"),
        ({"slug": "terms"}, "slug", "duplicate_slug"),
        ({"texts": ()}, "texts", "required"),
        ({"texts": (PageTextDraft(language="en", title=" "),)}, "texts.en.title", "required"),
        ({"texts": (PageTextDraft(language="en", title="t", body="x" * 100_001),)}, "texts.en.body", "too_long"),
        ({"texts": (PageTextDraft(language="sv", title="t"),)}, "texts.sv", "unknown_language"),
    ],
)
def test_mistakes_in_pages_are_told_at_their_fields(shop: Any, values: dict[str, Any], field: str, code: str) -> None:
    make(shop)
    with pytest.raises(InvalidPage) as raised:
        make(shop, msgspec.structs.replace(TERMS, **({"slug": "new"} | values)))
    assert (field, code) in problems(raised)


def test_pages_of_other_shops_do_not_exist(shop: Any, make_shop: Any) -> None:
    theirs = make(make_shop())
    with shop_transaction(shop.pk, actor="test"):
        assert content_page("terms", "en") is None
        assert page_draft(theirs) is None
        with pytest.raises(PageNotFound):
            save_page(draft=TERMS, actor="test", page_id=theirs)
    with pytest.raises(PageNotFound), shop_transaction(shop.pk):
        delete_page(page_id=theirs, actor="test")


def test_a_page_is_deleted_with_its_texts(shop: Any) -> None:
    page_id = make(shop)
    with shop_transaction(shop.pk, actor="test"):
        delete_page(page_id=page_id, actor="test")
        assert pages_list("en") == ()


def test_the_front_is_saved_and_saved_again_unchanged(shop: Any) -> None:
    products = tuple(saved(shop, draft()) for _ in range(3))
    texts = (HomeTextDraft(language="en", tagline="T", hero_title="H", hero_text="x"),)
    wanted = HomeDraft(texts=texts, hero_image_id=image(shop), featured_ids=products[::-1])
    with shop_transaction(shop.pk, actor="test"):
        assert home_draft() == HomeDraft(texts=())
        assert save_home(draft=wanted, actor="test")
        assert home_draft() == wanted
        before = History.objects.count()
        assert not save_home(draft=wanted, actor="test")
        assert History.objects.count() == before
        fewer = msgspec.structs.replace(wanted, featured_ids=products[:1], hero_image_id=None)
        assert save_home(draft=fewer, actor="test")
        assert home_draft() == fewer


def test_mistakes_in_the_front_are_told_at_their_fields(shop: Any, make_shop: Any) -> None:
    other = make_shop()
    wanted = HomeDraft(
        texts=(HomeTextDraft(language="sv", tagline="x" * 161, hero_title="t"),),
        hero_image_id=image(other),
        featured_ids=(saved(other),),
    )
    with pytest.raises(InvalidHome) as raised, shop_transaction(shop.pk):
        save_home(draft=wanted, actor="test")
    assert set(problems(raised)) == {
        ("hero_image_id", "unknown_image"),
        ("featured_ids.0", "unknown_product"),
        ("texts.sv", "unknown_language"),
        ("texts.sv.tagline", "too_long"),
    }
