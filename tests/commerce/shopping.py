"""Makers of what a purchase needs: goods with prices and stock, ways to deliver and to pay, a filled cart."""

import secrets
from typing import Any

from eseller.commerce.cart.actions.add_line import add_line
from eseller.commerce.cart.records import CartOwner
from eseller.commerce.catalog.models import Option, OptionValue, Product, ProductText, Variant
from eseller.commerce.customers.records import PostalAddress
from eseller.commerce.inventory.models import StockItem
from eseller.commerce.orders.checkout import CheckoutDetails, Quote, quote
from eseller.commerce.payments.models import PaymentMethod
from eseller.commerce.payments.records import CardInput
from eseller.commerce.pricing.models import Price, PriceList, VatRate
from eseller.commerce.shipping.models import ShippingMethod, ShippingRate
from eseller.tenancy.hosts import ShopInfo, shop_info
from eseller.tenancy.scope import PLATFORM, platform_transaction, shop_transaction

APPROVED = CardInput("4242 4242 4242 4242", "12/39", "123")
DECLINED = CardInput("4000 0000 0000 0002", "12/39", "123")
POOR = CardInput("4000 0000 0000 9995", "12/39", "123")
TWO_STEPS = CardInput("4000 0000 0000 3220", "12/39", "123")
LATE = CardInput("4000 0000 0000 0341", "12/39", "123")
ADDRESS = PostalAddress(name="Karen Prøve", line1="Prøvevej 1", postcode="8000", city="Aarhus C", country="DK")
VAT = {"DK": {"standard": 2500}, "DE": {"standard": 1900, "books": 700}, "GB": {"standard": 2000, "books": 0}}


def make_vat_rates() -> None:
    """Make the VAT rates of the countries in use, once."""
    with platform_transaction(actor="test"):
        for country, rates in VAT.items():
            for vat_class, rate_bp in rates.items():
                VatRate.objects.using(PLATFORM).get_or_create(
                    country=country, vat_class=vat_class, defaults={"rate_bp": rate_bp}
                )


def make_ready(shop: Any) -> ShopInfo:
    """Give a shop VAT rates, a price list, deliveries and ways to pay; return its record."""
    make_vat_rates()
    with shop_transaction(shop.pk, actor="test"):
        PriceList.objects.create(name="Prices", currency=shop.currency)
        parcel = ShippingMethod.objects.create(
            code="parcel", names={"en": "Parcel", "da": "Pakke"}, basis="weight", position=1,
            tracking_url="https://track.example/{number}",
        )
        for country in shop.sells_to:
            for at_least, amount in ((0, 3900), (5000, 7900)):
                ShippingRate.objects.create(
                    method=parcel, country=country, currency=shop.currency, at_least=at_least, amount=amount
                )
        names = {"invoice": "Invoice", "bank_transfer": "Bank transfer", "testcard": "Card"}
        for position, (code, name) in enumerate(names.items()):
            PaymentMethod.objects.create(
                code=code, provider=code, names={"en": name}, position=position,
                instructions={"en": "Pay within 14 days."} if code != "testcard" else {},
            )
        return shop_info(shop.pk)


def make_variant(shop: Any, *, price: int | None = 10000, stock: int | None = 100, **values: Any) -> int:
    """Make a published product with one variant; ``stock`` None is not counted. Return the variant's id."""
    shop_id = shop.id if isinstance(shop, ShopInfo) else shop.pk
    slug = values.pop("slug", f"thing-{secrets.token_hex(4)}")
    with shop_transaction(shop_id, actor="test"):
        product = Product.objects.create(
            slug=slug, state=values.pop("state", "published"), vat_class=values.pop("vat_class", "standard")
        )
        title = values.pop("title", slug.replace("-", " ").title())
        ProductText.objects.create(product=product, language="en", title=title)
        chosen = {}
        if size := values.pop("size", None):
            option = Option.objects.create(product=product, position=1, names={"en": "Size"})
            chosen["value1"] = OptionValue.objects.create(option=option, position=1, labels={"en": size})
        variant = Variant.objects.create(
            product=product, sku=values.pop("sku", slug.upper()), weight_g=values.pop("weight_g", 500), **chosen
        )
        if price is not None:
            prices = PriceList.objects.get(currency=shop.currency)
            Price.objects.create(price_list=prices, variant=variant, amount=price)
        StockItem.objects.create(
            variant=variant, on_hand=stock or 0, tracked=stock is not None, backorder=values.pop("backorder", False)
        )
        assert not values
        return int(variant.pk)


def fill_cart(shop: ShopInfo, goods: dict[int, int], owner: CartOwner | None = None) -> CartOwner:
    """Put goods, pieces by variant, in a new cart or the given one; return whose it is."""
    owner = owner or CartOwner()
    with shop_transaction(shop.id):
        for variant_id, quantity in goods.items():
            added = add_line(owner=owner, shop=shop, variant_id=variant_id, quantity=quantity, actor="shopper")
            owner = CartOwner(added.new_token, owner.customer_id) if added.new_token else owner
    return owner


def quoted(shop: ShopInfo, owner: CartOwner, **wanted: Any) -> Quote:
    """Return the cart's quote."""
    with shop_transaction(shop.id):
        return quote(owner=owner, shop=shop, language="en", **wanted)


def details_for(shop: ShopInfo, owner: CartOwner, **values: Any) -> CheckoutDetails:
    """Return a form that is filled in right, to pay by invoice unless said otherwise."""
    shown = quoted(shop, owner, country=values.get("shipping", ADDRESS).country)
    defaults: dict[str, Any] = {
        "checkout_key": shown.checkout_key,
        "email": "karen@people.example",
        "language": "en",
        "shipping": ADDRESS,
        "shipping_method": "parcel",
        "payment_method": "testcard" if "card" in values else "invoice",
        "expected_total": shown.total.amount,
    }
    return CheckoutDetails(**(defaults | values))
