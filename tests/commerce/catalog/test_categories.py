"""Categories: a tree without circles, at most five deep."""

import threading
from typing import Any

import msgspec
import pytest
from django.db import connections

from eseller.commerce.catalog.actions.delete_category import delete_category
from eseller.commerce.catalog.actions.move_category import move_category
from eseller.commerce.catalog.actions.save_category import CategoryDraft, CategoryTextDraft, save_category
from eseller.commerce.catalog.errors import CategoryNotEmpty, CategoryNotFound, InvalidCategory
from eseller.commerce.catalog.models import Category, Product
from eseller.commerce.catalog.queries import categories_list, category_draft
from eseller.tenancy.models import History
from eseller.tenancy.scope import shop_transaction
from tests.commerce.catalog.drafts import draft, image, saved


def make(shop: Any, slug: str, parent: int | None = None, **values: Any) -> int:
    values.setdefault("texts", (CategoryTextDraft(language="en", title=slug.title()),))
    with shop_transaction(shop.pk, actor="test"):
        return save_category(draft=CategoryDraft(slug=slug, parent_id=parent, **values), actor="test")


def codes(error: Any) -> list[tuple[str, str]]:
    return [(problem.field, problem.code) for problem in error.value.problems]


def test_a_category_is_saved_and_saved_again_unchanged(shop: Any) -> None:
    texts = (
        CategoryTextDraft(language="en", title="Cups", description="All *cups*"),
        CategoryTextDraft(language="da", title="Kopper"),
    )
    wanted = CategoryDraft(slug="cups", texts=texts, position=3, image_id=image(shop))
    with shop_transaction(shop.pk, actor="test"):
        category_id = save_category(draft=wanted, actor="test")
        assert category_draft(category_id) == wanted
        before = History.objects.count()
        assert save_category(draft=wanted, actor="test", category_id=category_id) == category_id
        assert History.objects.count() == before
        fewer = msgspec.structs.replace(wanted, texts=texts[:1], published=False)
        save_category(draft=fewer, actor="test", category_id=category_id)
        assert category_draft(category_id) == fewer


def test_a_circle_is_refused(shop: Any) -> None:
    top = make(shop, "top")
    middle = make(shop, "middle", top)
    bottom = make(shop, "bottom", middle)
    for below in (top, middle, bottom):
        with pytest.raises(InvalidCategory) as raised, shop_transaction(shop.pk):
            move_category(category_id=top, parent_id=below, position=0, actor="test")
        assert codes(raised) == [("parent_id", "cycle")]
        with shop_transaction(shop.pk):
            wanted = category_draft(top)
            assert wanted
            with pytest.raises(InvalidCategory) as raised:
                save_category(draft=msgspec.structs.replace(wanted, parent_id=below), actor="t", category_id=top)
            assert codes(raised) == [("parent_id", "cycle")]


def test_five_levels_and_no_more(shop: Any) -> None:
    parent = None
    ids = []
    for level in range(5):
        parent = make(shop, f"level-{level}", parent)
        ids.append(parent)
    with pytest.raises(InvalidCategory) as raised:
        make(shop, "level-5", parent)
    assert codes(raised) == [("parent_id", "too_deep")]
    other = make(shop, "other")
    make(shop, "below", other)
    with pytest.raises(InvalidCategory) as raised, shop_transaction(shop.pk):
        move_category(category_id=other, parent_id=ids[3], position=0, actor="test")
    assert codes(raised) == [("parent_id", "too_deep")]
    with shop_transaction(shop.pk):
        move_category(category_id=other, parent_id=ids[2], position=0, actor="test")


def test_moving_orders_the_siblings(shop: Any) -> None:
    a, b, c = (make(shop, slug) for slug in "abc")
    with shop_transaction(shop.pk, actor="test"):
        move_category(category_id=c, parent_id=None, position=0, actor="test")
        assert [row.slug for row in categories_list("en")] == ["c", "a", "b"]
        move_category(category_id=a, parent_id=c, position=9, actor="test")
        move_category(category_id=b, parent_id=c, position=0, actor="test")
        assert [(row.slug, row.depth) for row in categories_list("en")] == [("c", 1), ("b", 2), ("a", 2)]
        assert Category.objects.get(pk=b).parent_id == c


@pytest.mark.parametrize(
    ("values", "field", "code"),
    [
        ({"slug": "No Slug"}, "slug", "malformed"),
        ({"slug": "taken"}, "slug", "duplicate_slug"),
        ({"texts": ()}, "texts", "required"),
        ({"texts": (CategoryTextDraft(language="fr", title="T"),)}, "texts.fr", "unknown_language"),
        ({"texts": (CategoryTextDraft(language="en", title="x" * 121),)}, "texts.en.title", "too_long"),
        ({"texts": (CategoryTextDraft(language="en", title="x"),) * 2}, "texts.en", "duplicate"),
        ({"parent": 0}, "parent_id", "unknown_category"),
        ({"image_id": 0}, "image_id", "unknown_image"),
        ({"position": 10**9}, "position", "too_high"),
    ],
)
def test_mistakes_are_told_at_their_fields(shop: Any, values: dict[str, Any], field: str, code: str) -> None:
    make(shop, "taken")
    with pytest.raises(InvalidCategory) as raised:
        make(shop, **({"slug": "new"} | values))
    assert (field, code) in codes(raised)
    with shop_transaction(shop.pk):
        assert Category.objects.count() == 1


def test_deleting_leaves_the_products(shop: Any) -> None:
    top = make(shop, "top")
    below = make(shop, "below", top)
    saved(shop, draft(category_ids=(below,)))
    with shop_transaction(shop.pk, actor="test"), pytest.raises(CategoryNotEmpty):
        delete_category(category_id=top, actor="test")
    with shop_transaction(shop.pk, actor="test"):
        delete_category(category_id=below, actor="test")
        delete_category(category_id=top, actor="test")
        assert Product.objects.count() == 1
        assert not Category.objects.exists()


def test_other_shops_categories_do_not_exist(shop: Any, make_shop: Any) -> None:
    theirs = make(make_shop(), "theirs")
    with pytest.raises(InvalidCategory):
        make(shop, "mine", theirs)
    with shop_transaction(shop.pk):
        assert category_draft(theirs) is None
        assert categories_list("en") == ()
    with pytest.raises(CategoryNotFound), shop_transaction(shop.pk):
        delete_category(category_id=theirs, actor="test")
    with pytest.raises(CategoryNotFound), shop_transaction(shop.pk):
        move_category(category_id=theirs, parent_id=None, position=0, actor="test")


def test_two_moves_at_once_make_no_circle(shop: Any) -> None:
    a, b = make(shop, "a"), make(shop, "b")
    barrier = threading.Barrier(2)
    errors: list[Exception] = []

    def move(one: int, other: int) -> None:
        barrier.wait()
        try:
            with shop_transaction(shop.pk):
                move_category(category_id=one, parent_id=other, position=0, actor="test")
        except InvalidCategory as error:
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=move, args=pair) for pair in ((a, b), (b, a))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(errors) == 1
    with shop_transaction(shop.pk):
        assert len(categories_list("en")) == 2, "both can still be reached from the top"
