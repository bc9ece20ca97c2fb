"""The demo shops are whole: every text in every language, every reference met."""

from collections import Counter
from datetime import UTC, datetime, timedelta, timezone

import msgspec
import pytest

from eseller.commerce.pricing.release import release_rates
from eseller.commerce.pricing.rules import rate_for
from eseller.demo.content import load_shop, shops
from eseller.demo.content.orders import DAYS, month_of_orders, shipping_methods
from eseller.demo.content.records import LANGUAGES, ContentError, Product, ShopContent, Texts

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@pytest.fixture(params=shops())
def content(request: pytest.FixtureRequest) -> ShopContent:
    slug: str = request.param
    return load_shop(slug)


def complete(texts: Texts, least: int = 1) -> bool:
    return texts.keys() == set(LANGUAGES) and all(len(text.strip()) >= least for text in texts.values())


def ean_is_valid(ean: str) -> bool:
    digits = [int(digit) for digit in ean]
    return len(digits) == 13 and sum(digits[::2]) % 10 == (-3 * sum(digits[1::2])) % 10


def test_three_shops_differ_in_trade_language_currency_and_look() -> None:
    loaded = [load_shop(slug).shop for slug in shops()]
    assert len({shop.language for shop in loaded}) == 3
    assert len({shop.currency for shop in loaded}) == 3
    assert len({shop.theme.brand for shop in loaded}) == 3
    assert [shop.prices_include_vat for shop in loaded] == [True, True, False]
    assert all(shop.slug == slug for shop, slug in zip(loaded, shops(), strict=True))


def test_unknown_shop_is_refused() -> None:
    with pytest.raises(ContentError):
        load_shop("../lerfryd")


def test_a_misspelt_field_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"slug": "a", "prise": 3}, Product)


def test_products_have_texts_in_all_languages(content: ShopContent) -> None:
    assert 58 <= len(content.products) <= 64
    for product in content.products:
        assert complete(product.title, 3), product.slug
        assert complete(product.description, 40), product.slug
        assert len(set(product.description.values())) == 3, product.slug


def test_no_text_is_used_twice(content: ShopContent) -> None:
    for language in LANGUAGES:
        openings = Counter(" ".join(p.description[language].split()[:4]) for p in content.products)
        assert [words for words, times in openings.items() if times > 1] == []
        assert len({p.title[language] for p in content.products}) == len(content.products)


def test_slugs_skus_and_eans_are_unique(content: ShopContent) -> None:
    slugs = [product.slug for product in content.products]
    variants = [variant for product in content.products for variant in product.variants]
    eans = [variant.ean for variant in variants if variant.ean]
    assert len(slugs) == len(set(slugs))
    assert len(variants) == len({variant.sku for variant in variants})
    assert len(eans) > 30
    assert len(eans) == len(set(eans))


def test_eans_are_valid_and_internal(content: ShopContent) -> None:
    for product in content.products:
        for variant in product.variants:
            if variant.ean:
                assert ean_is_valid(variant.ean), variant
                assert variant.ean.startswith("2"), variant


def test_the_check_digit_test_can_fail() -> None:
    assert ean_is_valid("4006381333931")
    assert not ean_is_valid("4006381333932")


def test_amounts_and_stock_make_sense(content: ShopContent) -> None:
    variants = [variant for product in content.products for variant in product.variants]
    for variant in variants:
        assert variant.price > 0
        assert variant.weight > 0
        assert variant.stock >= 0
        assert variant.compare_at is None or variant.compare_at > variant.price
    assert any(variant.compare_at for variant in variants)
    assert any(variant.backorder for variant in variants)
    assert any(variant.stock == 0 and not variant.backorder for variant in variants)


def test_options_and_variants_agree(content: ShopContent) -> None:
    for product in content.products:
        assert len(product.options) <= 3
        chosen = [variant.options for variant in product.variants]
        assert len(chosen) == len(set(chosen)), product.slug
        for place, option in enumerate(product.options):
            assert complete(option.name)
            assert {keys[place] for keys in chosen} == {value.key for value in option.values}
            assert all(complete(value.text) for value in option.values)
    assert any(len(product.options) == 3 for load in shops() for product in load_shop(load).products)
    assert any(len(product.variants) == 1 for product in content.products)


def test_categories_are_a_tree_of_two_levels_and_all_used(content: ShopContent) -> None:
    parents = {category.slug: category.parent for category in content.categories}
    assert 8 <= len(parents) == len(content.categories) <= 12
    for category in content.categories:
        assert complete(category.title)
        assert complete(category.description, 10)
        assert category.parent is None or parents[category.parent] is None
    used = {product.category for product in content.products}
    assert used <= parents.keys()
    leaves = parents.keys() - set(parents.values())
    assert used == leaves


def test_shop_settings_refer_to_what_exists(content: ShopContent) -> None:
    shop = content.shop
    assert shop.language in shop.languages
    assert shop.email.endswith(".example")
    assert shop.country in shop.countries
    assert set(shop.featured) <= {product.slug for product in content.products}
    assert shop.hero.category in {category.slug for category in content.categories}
    for texts in (shop.tagline, shop.hero.title, shop.hero.text, shop.hero.action, shop.hero.alt):
        assert complete(texts)
    assert {country for method in shop.shipping for country in method.countries} == set(shop.countries)
    for method in shop.shipping:
        assert complete(method.name)
        assert [band.up_to for band in method.bands] == sorted({band.up_to for band in method.bands})


def test_every_product_can_be_sent_home(content: ShopContent) -> None:
    for product in content.products:
        for variant in product.variants:
            assert shipping_methods(content.shop, content.shop.country, [(variant, 1)]), variant.sku


def test_vat_is_known_wherever_a_shop_sells(content: ShopContent) -> None:
    rates = release_rates()
    assert set(content.shop.countries) <= rates.keys()
    for product in content.products:
        assert all(0 <= rate_for(rates[c], product.vat_class) <= 2700 for c in content.shop.countries)


def test_tea_is_taxed_as_food() -> None:
    teas = [product for product in load_shop("larderwren").products if product.category == "black-tea"]
    rates = {country: {rate_for(release_rates()[country], tea.vat_class) for tea in teas} for country in ("GB", "DE")}
    assert rates == {"GB": {0}, "DE": {700}}


def test_pages_are_there_in_all_languages(content: ShopContent) -> None:
    assert [page.slug for page in content.pages] == ["about", "delivery-and-returns", "terms", "privacy", "contact"]
    for page in content.pages:
        assert complete(page.title)
        assert complete(page.body, 60)
        assert not any(body.startswith("#") and body[1] == " " for body in page.body.values())


def test_orders_repeat_for_the_same_seed_only(content: ShopContent) -> None:
    first = month_of_orders(content, until=NOON)
    assert first == month_of_orders(content, until=NOON)
    assert first != month_of_orders(content, until=NOON, seed="other")
    assert 110 <= len(first) <= 120


def test_orders_want_what_the_shop_has(content: ShopContent) -> None:
    variants = {variant.sku: variant for product in content.products for variant in product.variants}
    methods = {method.code: method for method in content.shop.shipping}
    taken: Counter[str] = Counter()
    for order in month_of_orders(content, until=NOON):
        goods = [(variants[line.sku], line.quantity) for line in order.lines]
        assert goods
        assert len({line.sku for line in order.lines}) == len(order.lines)
        country = order.customer.address.country
        assert methods[order.shipping_method] in shipping_methods(content.shop, country, goods)
        assert order.payment_method in content.shop.payment_methods
        assert order.customer.language in content.shop.languages
        assert order.customer.email.endswith(".example")
        assert order.customer.email.isascii()
        for line in order.lines:
            assert line.quantity > 0
            taken[line.sku] += line.quantity
    for sku, quantity in taken.items():
        assert quantity <= variants[sku].stock or variants[sku].backorder


def test_stories_of_orders_are_possible_and_of_all_kinds(content: ShopContent) -> None:
    orders = month_of_orders(content, until=NOON)
    assert list(orders) == sorted(orders, key=lambda order: order.placed_at)
    endings: Counter[str] = Counter()
    for order in orders:
        assert NOON - timedelta(days=DAYS) <= order.placed_at < NOON
        moments = [order.placed_at, *(event.at for event in order.events), NOON]
        assert moments == sorted(moments)
        kinds: list[str] = [event.kind for event in order.events]
        assert "cancelled" not in kinds or kinds == ["cancelled"]
        assert "refunded" not in kinds or "paid" in kinds
        endings.update(kinds or ["open"])
    assert {"paid", "shipped", "cancelled", "open"} <= endings.keys()
    assert endings["shipped"] > endings["cancelled"]
    assert len({order.customer.email for order in orders}) < len(orders)


def test_a_month_needs_a_time_zone(content: ShopContent) -> None:
    with pytest.raises(ValueError, match="time zone"):
        month_of_orders(content, until=datetime(2026, 11, 24, 12))  # noqa: DTZ001
    summer = NOON.astimezone(timezone(timedelta(hours=2)))
    assert month_of_orders(content, until=summer)
