"""What surrounds the goods of one demo shop: front page, pages, delivery, payment."""

from eseller.commerce.catalog.models import Product
from eseller.commerce.content.actions.save_home import save_home
from eseller.commerce.content.actions.save_page import save_page
from eseller.commerce.content.drafts import HomeDraft, HomeTextDraft, PageDraft, PageTextDraft
from eseller.commerce.content.models import Page
from eseller.commerce.payments.actions.save_method import PaymentMethodDraft, save_payment_method
from eseller.commerce.shipping.actions.save_method import save_shipping_method
from eseller.commerce.shipping.drafts import RateDraft, ShippingDraft
from eseller.demo.content import records
from eseller.demo.pictures import hero_picture
from eseller.media.actions.store_image import store_image
from eseller.tenancy.scope import shop_transaction

PAYMENT_NAMES = {
    "testcard": {"en": "Card", "da": "Kort", "de": "Karte"},
    "invoice": {"en": "Invoice, 14 days", "da": "Faktura, 14 dage", "de": "Rechnung, 14 Tage"},
    "bank_transfer": {"en": "Bank transfer", "da": "Bankoverførsel", "de": "Überweisung"},
}
INSTRUCTIONS = {
    "invoice": {
        "en": "Please pay within 14 days of receiving the goods.",
        "da": "Betal senest 14 dage efter, at varerne er kommet.",
        "de": "Bitte zahlen Sie innerhalb von 14 Tagen nach Erhalt der Ware.",
    },
    "bank_transfer": {
        "en": "Transfer the amount within 7 days. We send the goods as soon as it has arrived.",
        "da": "Overfør beløbet inden for 7 dage. Vi sender varerne, så snart det er kommet.",
        "de": "Überweisen Sie den Betrag innerhalb von 7 Tagen. Wir versenden, sobald er da ist.",
    },
}
FOOTER = {"about", "delivery-and-returns", "terms", "privacy", "contact"}


def load_look(shop_id: int, content: records.ShopContent, *, actor: str, scale: float = 1.0) -> None:
    """Make the shop's pages, front page, shipping and payment methods like the content."""
    shop = content.shop
    hero = store_image(shop_id=shop_id, data=hero_picture(content, scale=scale).data, actor=actor)
    with shop_transaction(shop_id, actor=actor):
        products = dict(Product.objects.filter(slug__in=shop.featured).values_list("slug", "pk"))
        save_home(draft=_home(shop, hero.id, [products[slug] for slug in shop.featured]), actor=actor)
        pages = dict(Page.objects.values_list("slug", "pk"))
        for position, page in enumerate(content.pages):
            save_page(draft=_page(page, position), actor=actor, page_id=pages.get(page.slug))
        for position, method in enumerate(shop.shipping):
            save_shipping_method(draft=_shipping(shop, method, position), actor=actor)
        for position, code in enumerate(shop.payment_methods):
            draft = PaymentMethodDraft(
                code=code,
                provider=code,
                names=PAYMENT_NAMES[code],
                instructions=INSTRUCTIONS.get(code, {}),
                position=position,
            )
            save_payment_method(draft=draft, actor=actor)


def _home(shop: records.Shop, image_id: int, featured: list[int]) -> HomeDraft:
    texts = tuple(
        HomeTextDraft(
            language=language,
            tagline=shop.tagline[language],
            hero_title=shop.hero.title[language],
            hero_text=shop.hero.text[language],
        )
        for language in shop.languages
    )
    return HomeDraft(hero_image_id=image_id, texts=texts, featured_ids=tuple(featured))


def _page(page: records.Page, position: int) -> PageDraft:
    texts = tuple(
        PageTextDraft(language=language, title=title, body=page.body[language])
        for language, title in page.title.items()
    )
    return PageDraft(slug=page.slug, position=position, in_footer=page.slug in FOOTER, texts=texts)


def _shipping(shop: records.Shop, method: records.ShippingMethod, position: int) -> ShippingDraft:
    rates = []
    for country in method.countries:
        at_least = 0
        for band in method.bands:
            rates.append(RateDraft(country, shop.currency, at_least, band.price))
            at_least = band.up_to + 1
        if method.free_from is not None and method.basis == "value":
            rates.append(RateDraft(country, shop.currency, method.free_from, 0))
    return ShippingDraft(
        code=method.code, names=method.name, basis=method.basis, rates=tuple(rates), position=position
    )
