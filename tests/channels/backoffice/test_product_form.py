"""The product form: nothing typed is lost, rows come and go without a script, nobody's work is overwritten."""

import re
from typing import Any

import pytest

from eseller.commerce.catalog.actions.save_product import save_product
from eseller.commerce.catalog.drafts import ProductDraft
from eseller.commerce.catalog.models import Product
from eseller.commerce.catalog.office import product_draft
from eseller.commerce.inventory.models import StockItem
from eseller.media.models import MediaImage
from eseller.tenancy.scope import shop_transaction
from tests.channels.backoffice.office import Browser, browser_of, counted, fields_of, text_of
from tests.channels.backoffice.world import picture_file
from tests.commerce import shopping
from tests.commerce.catalog import drafts
from tests.factories import make_member

FORM = '<form id="product-form"'


@pytest.fixture
def ready(shop: Any) -> Any:
    shopping.make_ready(shop)
    return shop


def new(shop: Any, browser: Any) -> tuple[str, dict[str, Any]]:
    path = f"/{shop.slug}/products/new"
    return path, fields_of(browser.get(path), FORM)


def stored(shop: Any, location: str) -> ProductDraft:
    number = re.search(r"/products/(\d+)", location)
    assert number is not None
    with shop_transaction(shop.pk):
        draft = product_draft(int(number[1]))
    assert draft is not None
    return draft


def saved(shop: Any, wanted: ProductDraft) -> str:
    return f"/{shop.slug}/products/{drafts.saved(shop, wanted)}"


def press(browser: Any, path: str, form: dict[str, Any], do: str, **more: Any) -> dict[str, Any]:
    answer = browser.send(path, form | more | {"do": do})
    assert answer.status_code == 200, text_of(answer)
    return fields_of(answer, FORM)


def test_a_product_with_options_is_made_without_a_script(ready: Any) -> None:
    browser = browser_of(ready, "manager")
    path, form = new(ready, browser)
    form |= {"texts.en.title": "Mug Ro", "texts.da.title": "Krus Ro", "variants.0.price": "129,50"}
    form = press(browser, path, form, "add-option")
    form |= {"options.0.names.en": "Colour", "options.0.names.da": "Farve", "options.0.values.0.labels.en": "Sea"}
    form = press(browser, path, form, "add-value.0")
    form = press(browser, path, form | {"options.0.values.1.labels.en": "Ash"}, "combine")
    assert form["variants.count"] == "2"
    assert (form["variants.1.price"], form["variants.1.choices.0"]) == ("129,50", "1")
    form = press(browser, path, form, "upload", upload=[picture_file("a.png"), picture_file("b.png", "#993311")])
    form = press(browser, path, form, "image-later.0")
    form |= {
        "images.0.alts.en": "Mug from above",
        "variants.0.sku": "MUG-SEA",
        "variants.1.sku": "MUG-ASH",
        "variants.0.on_hand": "7",
        "variants.1.compare_at": "150",
        "state": "published",
        "do": "save",
    }
    answer = browser.send(path, form)
    assert answer.status_code == 302, text_of(answer)
    draft = stored(ready, answer.headers["Location"])
    assert draft.slug == "mug-ro"
    assert draft.state == "published"
    assert [text.title for text in draft.texts] == ["Mug Ro", "Krus Ro"]
    assert [(v.sku, v.choices, v.prices[0].amount, v.prices[0].compare_at) for v in draft.variants] == [
        ("MUG-SEA", (0,), 12950, None),
        ("MUG-ASH", (1,), 12950, 15000),
    ]
    assert [variant.stock and variant.stock.on_hand for variant in draft.variants] == [7, 0]
    assert [image.alts for image in draft.images] == [{"en": "Mug from above"}, {}]


def test_what_is_shown_saved_again_changes_nothing(ready: Any) -> None:
    path = saved(ready, drafts.shirt())
    browser = browser_of(ready)
    before = stored(ready, path)
    answer = browser.send(path, fields_of(browser.get(path), FORM) | {"do": "save"})
    assert answer.headers["Location"].endswith("?done=unchanged")
    assert stored(ready, path) == before


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"texts.en.title": ""}, "texts.en.title"),
        ({"slug": "Not A Slug"}, "slug"),
        ({"variants.0.price": "12,345"}, "variants.0.price"),
        ({"variants.0.price": ""}, "variants.0.price"),
        ({"variants.0.price": "1 000 000 000 000 000"}, "variants.0.price"),
        ({"variants.0.compare_at": "1"}, "variants.0.compare_at"),
        ({"variants.0.on_hand": "many"}, "variants.0.on_hand"),
        ({"variants.0.on_hand": "-4"}, "variants.0.on_hand"),
        ({"variants.0.weight_g": "1.5"}, "variants.0.weight_g"),
        ({"variants.0.ean": "4006381333932"}, "variants.0.ean"),
        ({"texts.en.title": "x" * 300}, "texts.en.title"),
    ],
)
def test_an_error_stands_at_its_field_and_all_that_was_typed_is_there(
    ready: Any, changes: dict[str, str], field: str
) -> None:
    browser = browser_of(ready)
    path, form = new(ready, browser)
    form |= {
        "texts.en.title": "Cup",
        "texts.de.description": "Ein <Becher> & mehr\n\nZeile",
        "brand": "Lerfryd",
        "variants.0.price": "10",
        "do": "save",
    }
    form |= changes
    answer = browser.send(path, form)
    assert answer.status_code == 422
    page = answer.content.decode()
    anchor = "f-" + field.replace(".", "-")
    assert f'id="{anchor}-error"' in page
    assert f'href="#{anchor}"' in page
    again = fields_of(answer, FORM)
    for name, typed in form.items():
        if name not in ("do", "csrfmiddlewaretoken"):
            assert again.get(name) == typed, name
    with shop_transaction(ready.pk):
        assert not Product.objects.exists()


def test_all_that_is_wrong_is_told_at_once(ready: Any) -> None:
    browser = browser_of(ready)
    path, form = new(ready, browser)
    page = browser.send(path, form | {"variants.0.ean": "123", "slug": "A B", "do": "save"}).content.decode()
    for field in ("texts-en-title", "slug", "variants-0-price", "variants-0-ean"):
        assert f'id="f-{field}-error"' in page, field


def test_a_slug_or_sku_that_is_taken_is_told_at_its_field(ready: Any) -> None:
    saved(ready, drafts.draft("Cup", slug="cup", variants=(drafts.variant(sku="CUP"),)))
    browser = browser_of(ready)
    path, form = new(ready, browser)
    form |= {"texts.en.title": "Cup", "variants.0.price": "10", "variants.0.sku": "CUP", "do": "save"}
    page = browser.send(path, form).content.decode()
    assert 'id="f-slug-error"' in page
    assert 'id="f-variants-0-sku-error"' in page


def test_pictures_survive_an_error_and_bad_files_are_named(ready: Any) -> None:
    browser = browser_of(ready)
    path, form = new(ready, browser)
    bad = picture_file("notes.png")
    bad.truncate(20)
    answer = browser.send(path, form | {"upload": [picture_file(), bad], "do": "save"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "notes.png" in page
    assert 'id="f-upload-error"' in page
    assert fields_of(answer, FORM)["images.count"] == "1"
    with shop_transaction(ready.pk):
        assert MediaImage.objects.count() == 1


def test_somebody_elses_change_is_shown_and_not_overwritten(ready: Any) -> None:
    path = saved(ready, drafts.draft("Cup", slug="cup"))
    other = make_member(ready, "manager")
    mine, theirs = browser_of(ready), Browser(other)
    form = fields_of(mine.get(path), FORM)
    theirs.send(path, fields_of(theirs.get(path), FORM) | {"brand": "Theirs", "do": "save"})
    answer = mine.send(path, form | {"texts.en.title": "My cup", "do": "save"})
    assert answer.status_code == 409
    page = text_of(answer)
    assert "Somebody changed this product" in page
    assert "Theirs" in page
    assert other.name in page
    assert stored(ready, path).brand == "Theirs"
    again = fields_of(answer, FORM)
    assert again["texts.en.title"] == "My cup"
    assert mine.send(path, again | {"do": "save"}).status_code == 302
    after = stored(ready, path)
    assert (after.brand, after.texts[0].title) == ("", "My cup")


def test_a_sale_meanwhile_is_no_conflict_and_is_not_undone(ready: Any) -> None:
    path = saved(ready, drafts.draft("Cup", slug="cup", variants=(drafts.variant(on_hand=9),)))
    browser = browser_of(ready)
    form = fields_of(browser.get(path), FORM)
    _sell(ready, 4)
    assert browser.send(path, form | {"brand": "Ler", "do": "save"}).status_code == 302
    draft = stored(ready, path)
    assert draft.brand == "Ler"
    assert draft.variants[0].stock is not None
    assert draft.variants[0].stock.on_hand == 5


def test_a_count_over_a_sale_meanwhile_asks_to_count_again(ready: Any) -> None:
    path = saved(ready, drafts.draft("Cup", slug="cup", variants=(drafts.variant(on_hand=9),)))
    browser = browser_of(ready)
    form = fields_of(browser.get(path), FORM)
    _sell(ready, 4)
    answer = browser.send(path, form | {"variants.0.on_hand": "20", "do": "save"})
    assert answer.status_code == 422
    assert "There were 9, now there are 5" in text_of(answer)
    again = fields_of(answer, FORM)
    assert browser.send(path, again | {"do": "save"}).status_code == 302
    stock = stored(ready, path).variants[0].stock
    assert stock is not None
    assert stock.on_hand == 20


def _sell(shop: Any, pieces: int) -> None:
    with shop_transaction(shop.pk, actor="shopper"):
        item = StockItem.objects.get()
        StockItem.objects.update(on_hand=item.on_hand - pieces)


def test_prices_in_other_currencies_stay(ready: Any) -> None:
    wanted = drafts.draft(
        "Cup", slug="cup", variants=(drafts.variant(prices=(drafts.price(10000), drafts.price(1500, currency="EUR"))),)
    )
    path = saved(ready, wanted)
    browser = browser_of(ready)
    form = fields_of(browser.get(path), FORM)
    assert browser.send(path, form | {"variants.0.price": "120", "do": "save"}).status_code == 302
    prices = {price.currency: price.amount for price in stored(ready, path).variants[0].prices}
    assert prices == {"DKK": 12000, "EUR": 1500}


def test_amounts_are_written_as_the_person_reads_them(ready: Any) -> None:
    path = saved(ready, drafts.draft("Cup", slug="cup", variants=(drafts.variant(1250),)))
    person = make_member(ready, "manager")
    assert fields_of(Browser(person).get(path), FORM)["variants.0.price"] == "12.50"
    type(person).objects.filter(pk=person.pk).update(language="de")
    assert fields_of(Browser(person).get(path), FORM)["variants.0.price"] == "12,50"


def test_removing_rows_keeps_the_others(ready: Any) -> None:
    path = saved(ready, drafts.shirt())
    browser = browser_of(ready)
    form = fields_of(browser.get(path), FORM)
    count = int(form["variants.count"])
    values = int(form["options.0.values.count"])
    smaller = press(browser, path, form, "remove-value.0.0")
    assert int(smaller["options.0.values.count"]) == values - 1
    assert int(smaller["variants.count"]) < count
    without = press(browser, path, form, "remove-option.0")
    assert int(without["options.count"]) == int(form["options.count"]) - 1
    for nonsense in ("remove-value.9.9", "remove-variant.999", "remove-image.5", "image-later.77", "remove-option.8"):
        assert press(browser, path, form, nonsense)["variants.count"] == form["variants.count"]
    assert stored(ready, path) == stored(ready, path)


def test_a_form_of_another_make_does_no_harm(ready: Any) -> None:
    path = saved(ready, drafts.draft("Cup", slug="cup"))
    browser = browser_of(ready)
    before = stored(ready, path)
    for hostile in (
        {"variants.count": "999999999"},
        {"variants.count": "-1", "images.count": "x"},
        {"version": "0" * 5000, "seen": "x", "first": "-5", "sliced": "1"},
        {"do": "remove-variant.-1"},
        {"do": "save", "variants.count": "1", "variants.0.id": "99999999999999999999"},
        {"do": "save", "texts.en.title": "a\x00b", "variants.count": "1"},
    ):
        assert browser.send(path, hostile).status_code in (200, 409, 422)
    assert stored(ready, path) == before


def test_large_products_are_edited_in_slices(ready: Any) -> None:
    labels = [f"No {number}" for number in range(130)]
    many = tuple(drafts.variant(1000 + n, sku=f"N-{n}", choices=(n,)) for n in range(130))
    wanted = drafts.draft("Poster", slug="poster", options=(drafts.option("Number", *labels),), variants=many)
    path = saved(ready, wanted)
    browser = browser_of(ready)
    form = fields_of(browser.get(path + "?first=100"), FORM)
    assert (form["variants.count"], form["variants.0.sku"]) == ("30", "N-100")
    with counted() as statements:
        answer = browser.send(path, form | {"variants.0.price": "77", "do": "save"})
    assert answer.status_code == 302, text_of(answer)
    assert len(statements) < 60
    after = stored(ready, path)
    assert [len(after.variants), after.variants[100].prices[0].amount] == [130, 7700]
    assert after.variants[:100] == stored(ready, path).variants[:100]
    assert after.variants[5].prices[0].amount == 1005


def test_a_reader_sees_the_form_but_cannot_send_it(ready: Any) -> None:
    path = saved(ready, drafts.draft("Cup", slug="cup"))
    page = browser_of(ready, "reader").get(path).content.decode()
    assert '<fieldset class="office-form" disabled>' in page
    assert "form-actions" not in page


def test_what_somebody_typed_is_never_markup(ready: Any) -> None:
    nasty = "<script>alert('x')</script>\"'"
    path = saved(ready, drafts.draft("Cup", slug="cup", brand=nasty))
    page = browser_of(ready).get(path).content.decode()
    assert "<script>alert" not in page
    with shop_transaction(ready.pk, actor="import:1"):
        number = int(path.rsplit("/", 1)[1])
        draft = product_draft(number)
        assert draft is not None
        save_product(draft=draft, actor="import:1", product_id=number)
    for rest in ("/history",):
        assert "<script>alert" not in browser_of(ready).get(path + rest).content.decode()


def test_history_tells_who_changed_what(ready: Any) -> None:
    path = saved(ready, drafts.draft("Cup", slug="cup"))
    person = make_member(ready, "manager")
    browser = Browser(person)
    form = fields_of(browser.get(path), FORM)
    browser.send(path, form | {"variants.0.price": "99", "texts.en.title": "Beaker", "do": "save"})
    page = text_of(browser.get(path + "/history"))
    for expected in (person.name, "Price", "Beaker", "99"):
        assert expected in page
    assert browser.get(f"/{ready.slug}/products/999999/history").status_code == 404


def test_a_variants_picture_is_chosen_among_the_products(ready: Any) -> None:
    path = saved(ready, drafts.shirt())
    browser = browser_of(ready, "manager")
    form = fields_of(browser.get(path), FORM)
    assert "variants.0.image_id" not in form, "there is nothing to choose yet"
    form = press(browser, path, form, "upload", upload=[picture_file("a.png"), picture_file("b.png", "#993311")])
    first, second = form["images.0.image_id"], form["images.1.image_id"]
    assert form["variants.0.image_id"] == ""
    form |= {"images.1.alts.en": "In red", "variants.0.image_id": second, "variants.1.image_id": first}
    assert browser.send(path, form | {"do": "save"}).status_code == 302
    assert [v.image_id for v in stored(ready, path).variants[:3]] == [int(second), int(first), None]
    page = browser.get(path)
    assert f'<option value="{second}" selected>2 · In red</option>' in page.content.decode()
    form = fields_of(page, FORM)
    assert form["variants.0.image_id"] == second
    # A form from before there was a choice leaves the pictures as they are.
    older = {name: value for name, value in form.items() if not name.endswith("s.0.image_id") or "images" in name}
    assert browser.send(path, older | {"brand": "Other", "do": "save"}).status_code == 302
    assert stored(ready, path).variants[0].image_id == int(second)
    # A picture that leaves the product leaves its variants.
    form = press(browser, path, fields_of(browser.get(path), FORM), "remove-image.1")
    assert browser.send(path, form | {"variants.1.image_id": "", "do": "save"}).status_code == 302
    assert [v.image_id for v in stored(ready, path).variants[:3]] == [None, None, None]


@pytest.mark.parametrize("made_up", ["x", "-1", "9" * 30, "7"])
def test_a_picture_that_the_product_does_not_have_is_not_chosen(ready: Any, made_up: str) -> None:
    path = saved(ready, drafts.shirt())
    browser = browser_of(ready, "manager")
    form = press(browser, path, fields_of(browser.get(path), FORM), "upload", upload=[picture_file("a.png")])
    assert browser.send(path, form | {"variants.0.image_id": made_up, "do": "save"}).status_code == 302
    assert stored(ready, path).variants[0].image_id is None
