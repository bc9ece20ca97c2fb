"""A whole shop for the tests over all URLs: goods, pages, people and orders, made by the platform's own actions.

The shop's mark stands in all of its texts, and in nothing that an address is made of: so an answer that merely repeats
what was asked never shows the mark, and one that shows it shows another shop's data.
"""

import secrets
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.db import connections

from eseller.channels.backoffice.links import Purpose, password_link
from eseller.commerce.cart.records import CartOwner
from eseller.commerce.catalog.actions.save_category import save_category
from eseller.commerce.catalog.actions.save_product import save_product
from eseller.commerce.catalog.drafts import (
    CategoryDraft,
    CategoryTextDraft,
    ImageDraft,
    OptionDraft,
    OptionValueDraft,
    PriceDraft,
    ProductDraft,
    StockDraft,
    TextDraft,
    VariantDraft,
)
from eseller.commerce.catalog.models import Category, Product
from eseller.commerce.content.actions.save_home import save_home
from eseller.commerce.content.actions.save_page import save_page
from eseller.commerce.content.drafts import HomeDraft, HomeTextDraft, PageDraft, PageTextDraft
from eseller.commerce.content.models import Page
from eseller.commerce.customers.actions.address_book import save_address
from eseller.commerce.customers.actions.register import register
from eseller.commerce.customers.actions.reset_password import reset_token
from eseller.commerce.customers.models import Address, Customer
from eseller.commerce.customers.records import PostalAddress
from eseller.commerce.orders.actions.issue_invoice import issue_invoice
from eseller.commerce.orders.actions.place_order import place_order
from eseller.commerce.orders.checkout import Placed
from eseller.commerce.orders.models import Invoice, Order
from eseller.commerce.payments.actions.save_method import PROVIDERS, PaymentMethodDraft, save_payment_method
from eseller.commerce.shipping.actions.save_method import save_shipping_method
from eseller.commerce.shipping.drafts import RateDraft, ShippingDraft
from eseller.kernel import context
from eseller.media import storage
from eseller.media.actions.store_image import store_image
from eseller.media.images import SIZES
from eseller.media.models import MediaImage
from eseller.tenancy.hosts import shop_info
from eseller.tenancy.models import Domain, Membership, User
from eseller.tenancy.scope import OWNER, PLATFORM, platform_transaction, shop_transaction
from tests.commerce import shopping
from tests.factories import make_member, make_shop, make_user
from tests.isolation.rows import MARK, Rows, shop_models
from tests.media.pictures import picture

ACTOR = "test"
ROLES = ("owner", "manager", "clerk", "reader")
PASSWORD = "correct horse battery"
_FIRST_ID = 1_000_000_000


class World(Rows):
    """A shop that sells: what its pages show fits together, and every other table has a row of it as well."""

    def __init__(self, text: str = "") -> None:
        """Make the shop and all that is in it; ``text`` stands in all texts instead of the mark alone."""
        self.by_model: dict[Any, Any] = {}
        self.mark = f"{MARK}{secrets.token_hex(6)}"
        self.text = text or self.mark
        self.key = secrets.token_hex(4)
        spread_ids()
        self.user: User = make_user(name=self.text)
        self.shop = make_shop(
            name=self.text,
            contact_email=f"{self.mark}@shop.example",
            address=f"{self.text} street",
            order_prefix="".join(secrets.choice("ABCDEFGHJKLMNPQRSTUVWXYZ") for _ in range(6)),
        )
        self.host = f"{self.shop.slug}.localhost"
        self.members = {role: make_member(self.shop, role, make_user(name=self.text)) for role in ROLES}
        shopping.make_vat_rates()
        with shop_transaction(self.shop.pk):
            self.info = shop_info(self.shop.pk)
        self._goods()
        self._methods()
        self._customer()
        self._orders()
        self._rest()

    def _goods(self) -> None:
        mark = self.text
        self.slug_mark = f"s{secrets.token_hex(6)}"
        self.category_slug, self.product_slug, self.page_slug = (
            f"{kind}-{self.slug_mark}" for kind in ("category", "product", "page")
        )
        colour = tuple(secrets.token_bytes(3))
        image = store_image(shop_id=self.shop.pk, data=picture(colour=colour), actor=ACTOR)
        self.media_name = storage.name(image.sha256, SIZES[0])
        with shop_transaction(self.shop.pk, actor=ACTOR):
            text = CategoryTextDraft(language="en", title=f"{mark} cups", description=mark)
            draft = CategoryDraft(slug=self.category_slug, texts=(text,), image_id=image.id)
            self.category_id = save_category(draft=draft, actor=ACTOR)
            self.product_id = save_product(draft=self._product(image.id), actor=ACTOR).product_id
            page = PageDraft(
                slug=self.page_slug, texts=(PageTextDraft(language="en", title=f"{mark} page", body=mark),)
            )
            self.page_id = save_page(draft=page, actor=ACTOR)
            home = HomeTextDraft(language="en", tagline=mark, hero_title=f"{mark} hero", hero_text=mark)
            save_home(
                draft=HomeDraft(texts=(home,), hero_image_id=image.id, featured_ids=(self.product_id,)), actor=ACTOR
            )
            self.image = MediaImage.objects.get(pk=image.id)
            self.variants = list(Product.objects.get(pk=self.product_id).variants.order_by("pk"))

    def _product(self, image_id: int) -> ProductDraft:
        sizes = tuple(OptionValueDraft(labels={"en": f"{self.text} {size}"}) for size in ("small", "large"))
        return ProductDraft(
            slug=self.product_slug,
            state="published",
            brand=self.text,
            texts=(TextDraft(language="en", title=f"{self.text} cup", description=f"{self.text} *clay*"),),
            options=(OptionDraft(names={"en": f"{self.text} size"}, values=sizes),),
            variants=tuple(
                VariantDraft(
                    sku=f"SKU-{self.key}-{choice}",
                    weight_g=100,
                    choices=(choice,),
                    prices=(PriceDraft(currency="DKK", amount=10000 + choice),),
                    stock=StockDraft(on_hand=50),
                )
                for choice in (0, 1)
            ),
            images=(ImageDraft(image_id=image_id, alts={"en": self.text}),),
            category_ids=(self.category_id,),
        )

    def _methods(self) -> None:
        self.shipping_code = f"way-{self.key}"
        self.payment_codes: dict[str, str] = {
            provider: f"pay-{self.key}-{place}" for place, provider in enumerate(PROVIDERS)
        }
        rates = tuple(RateDraft(country, "DKK", 0, 3900) for country in self.shop.sells_to)
        with shop_transaction(self.shop.pk, actor=ACTOR):
            draft = ShippingDraft(code=self.shipping_code, names={"en": self.text}, basis="weight", rates=rates)
            save_shipping_method(draft=draft, actor=ACTOR)
            for provider, code in self.payment_codes.items():
                save_payment_method(
                    draft=PaymentMethodDraft(
                        code=code, provider=provider, names={"en": self.text}, instructions={"en": self.text}
                    ),
                    actor=ACTOR,
                )

    def _customer(self) -> None:
        self.postal = PostalAddress(
            name=self.text, line1=f"{self.text} 1", postcode="8000", city="Aarhus C", country="DK"
        )
        self.customer_email = f"{self.mark}@people.example"
        with context.use(shop_id=self.shop.pk):
            session = register(
                email=self.customer_email, password=PASSWORD, name=self.text, language="en", client="c", actor=ACTOR
            )
        self.customer_token, self.customer_id = session.token, session.customer.id
        with shop_transaction(self.shop.pk, actor=ACTOR):
            self.address_id = save_address(customer_id=self.customer_id, address=self.postal, default=True, actor=ACTOR)
            self.customer = Customer.objects.get(pk=self.customer_id)
            self.reset_token = reset_token(self.customer)

    def _orders(self) -> None:
        as_customer = CartOwner(customer_id=self.customer_id)
        first, second = (int(variant.pk) for variant in self.variants)
        self.placed = self._place({first: 2}, as_customer, payment="testcard", card=shopping.APPROVED)
        self.unpaid = self._place({second: 1}, as_customer, payment="invoice")
        waiting = self._place({first: 1}, as_customer, payment="testcard", card=shopping.TWO_STEPS)
        self.reference = waiting.next_path.rpartition("/")[2]
        self.signature = parse_qs(urlsplit(self.placed.next_path).query)["s"][0]
        self.paper_id = issue_invoice(shop_id=self.shop.pk, number=self.placed.number, actor=ACTOR)
        # Carts that are still full: the customer's and a visitor's.
        shopping.fill_cart(self.info, {second: 1}, CartOwner(customer_id=self.customer_id))
        token = shopping.fill_cart(self.info, {first: 1}).token
        assert token is not None
        self.cart_token = token

    def _place(self, goods: dict[int, int], owner: CartOwner, *, payment: str, **values: Any) -> Placed:
        shopping.fill_cart(self.info, goods, owner)
        details = shopping.details_for(
            self.info,
            owner,
            shipping=self.postal,
            shipping_method=self.shipping_code,
            email=self.customer_email,
            note=self.text,
            customer_reference=self.text[:60],
            **values,
            payment_method=self.payment_codes[payment],
        )
        return place_order(shop=self.info, owner=owner, details=details, actor=ACTOR)

    def _rest(self) -> None:
        """Give every other table a row, so that none goes without a look."""
        with shop_transaction(self.shop.pk):
            known: dict[Any, Any] = {
                Product: Product.objects.get(pk=self.product_id),
                Category: Category.objects.get(pk=self.category_id),
                Page: Page.objects.get(pk=self.page_id),
                Customer: self.customer,
                Address: Address.objects.get(pk=self.address_id),
                Order: Order.objects.get(number=self.placed.number),
                Invoice: Invoice.objects.get(pk=self.paper_id),
                MediaImage: self.image,
                Membership: Membership.objects.get(user_id=self.members["clerk"].pk),
            }
        with platform_transaction(actor=ACTOR):
            every: list[Any] = list(shop_models())
            for model in every:
                row = known.get(model) or model.objects.using(PLATFORM).filter(shop_id=self.shop.pk).first()
                if row is not None and model is not Domain:
                    self.by_model[model] = row
            for model in shop_models():
                self.row(model)
        self.domain_id = self.row(Domain).pk
        self.person_token = {purpose: password_link(self.user, purpose).rpartition("/")[2] for purpose in Purpose}

    def ids(self) -> dict[str, list[int]]:
        """Return the ids of all rows of this shop, in the order they were made, by table."""
        with platform_transaction():
            every: list[Any] = list(shop_models())
            return {model._meta.db_table: self._ids(model) for model in every}

    def _ids(self, model: Any) -> list[int]:
        rows = model.objects.using(PLATFORM).filter(shop_id=self.shop.pk)
        return list(rows.order_by("pk").values_list("pk", flat=True))


def spread_ids() -> None:
    """Let every table count from a number of its own, so that no number in a page can mean two things."""
    every: list[Any] = [*shop_models(), User]
    with connections[OWNER].cursor() as cursor:
        for place, model in enumerate(every, 1):
            table, least = model._meta.db_table, _FIRST_ID + place * 1_000_000
            cursor.execute(
                "SELECT setval(s, greatest(%s, nextval(s))) FROM pg_get_serial_sequence(%s, 'id') AS s", [least, table]
            )
    connections[OWNER].close()


def fingerprint(shop_id: int) -> dict[str, str]:
    """Return a checksum of all rows of a shop in each table that belongs to shops, seen by the platform role."""
    parts = [
        f"SELECT '{table}', md5(coalesce(string_agg(t::text, E'\\n' ORDER BY t.id), '')) FROM \"{table}\" t "
        f"WHERE t.{column} = {int(shop_id)}"
        for table, column in [*((model._meta.db_table, "shop_id") for model in shop_models()), ("tenancy_shop", "id")]
    ]
    with platform_transaction(), connections[PLATFORM].cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts))
        return dict(cursor.fetchall())
