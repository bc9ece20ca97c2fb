"""A shop in which everything has happened: a row in every table that a page or mail reads, and all of them good."""

import secrets

from django.test import Client

from eseller.channels.backoffice.links import Purpose, password_link
from eseller.commerce.catalog.actions.save_category import save_category
from eseller.commerce.catalog.drafts import CategoryDraft, CategoryTextDraft
from eseller.commerce.orders.actions.capture import capture
from eseller.commerce.orders.actions.refund import refund
from eseller.commerce.orders.actions.ship import ship
from eseller.commerce.pricing.models import ExchangeRate
from eseller.services.models import MailText
from eseller.tenancy.models import Domain
from eseller.tenancy.scope import PLATFORM, platform_transaction, shop_transaction
from eseller.tenancy.snapshots.models import PlatformSetting
from tests.isolation.urls import BACKOFFICE
from tests.isolation.world import ACTOR, World


class Busy(World):
    """A shop with orders paid, sent and refunded, a category below another, and carts."""

    def __init__(self) -> None:
        """Make it."""
        super().__init__()
        self.browsers: dict[str, dict[str, Client]] = {}
        """Of whom pages are shown to, by site and person."""

    def sign_in(self) -> None:
        """Let its members sign in again, whose sessions end with a damage of what they sign in by."""
        for role, member in self.members.items():
            self.browsers[BACKOFFICE][role].force_login(member)

    def _goods(self) -> None:
        super()._goods()
        with shop_transaction(self.shop.pk, actor=ACTOR):
            texts = (CategoryTextDraft(language="en", title=f"{self.text} below", description=self.text),)
            self.lower_slug = f"lower-{self.slug_mark}"
            draft = CategoryDraft(slug=self.lower_slug, texts=texts, parent_id=self.category_id)
            self.lower_id = save_category(draft=draft, actor=ACTOR)

    def _orders(self) -> None:
        super()._orders()
        number = self.placed.number
        capture(shop_id=self.shop.pk, number=number, actor=ACTOR)
        ship(shop_id=self.shop.pk, number=number, key=secrets.token_hex(4), tracking_number="T1", actor=ACTOR)
        refund(shop_id=self.shop.pk, number=number, key=secrets.token_hex(4), amount=100, actor=ACTOR)

    def _rest(self) -> None:
        """Nothing is made up: what the actions have not written, no page reads."""
        with platform_transaction():
            self.domain_id = Domain.objects.using(PLATFORM).get(shop_id=self.shop.pk).pk
        self.person_token = {purpose: password_link(self.user, purpose).rpartition("/")[2] for purpose in Purpose}


def of_platform() -> None:
    """Give each table of the platform itself a row, which all shops read."""
    with platform_transaction(actor=ACTOR):
        ExchangeRate.objects.using(PLATFORM).create(
            base="EUR", currency="DKK", rate_e9=7_460_000_000, quoted_on="2026-01-02"
        )
        PlatformSetting.objects.using(PLATFORM).create(key="checkout_notice", value={"en": "Parcels are late."})
        MailText.objects.using(PLATFORM).create(name="footer", language="en", body="Sold with care.")
