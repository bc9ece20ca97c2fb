"""Open a shop."""

import msgspec
from django.db import IntegrityError
from django.utils.translation import gettext as _

from eseller.tenancy.actions.drafts import ShopDraft, check_draft
from eseller.tenancy.actions.errors import HostTaken, SlugTaken
from eseller.tenancy.actions.hostnames import clean_host
from eseller.tenancy.models import Domain, Membership, Shop
from eseller.tenancy.scope import PLATFORM, platform_transaction


def create_shop(*, draft: ShopDraft, owner_id: int | None, actor: str) -> int:
    """Make a shop with its first address and, if given, its owner. Runs as the platform role: a shop cannot make shops.

    Args:
        draft: the shop.
        owner_id: the user who will own it; None makes a shop that only the platform can hand out later.
        actor: who does it.

    Returns:
        The shop's id.

    Raises:
        InvalidShop: a setting is not valid.
        InvalidHost: the address is not one at which a shop can answer.
        SlugTaken: another shop has the short name.
        HostTaken: another shop answers at the address.
    """
    check_draft(draft)
    host = clean_host(draft.host)
    with platform_transaction(actor=actor):
        if Shop.objects.using(PLATFORM).filter(slug=draft.slug).exists():
            raise SlugTaken(_("Another shop has the short name “%(slug)s”.") % {"slug": draft.slug})
        if Domain.objects.using(PLATFORM).filter(host=host).exists():
            raise HostTaken(_("Another shop answers at this address."))
        try:
            return _insert(draft, host, owner_id)
        except IntegrityError as error:
            # Somebody took the name or the address between our look and our write.
            taken = HostTaken if "host" in str(error) else SlugTaken
            raise taken() from error


def _insert(draft: ShopDraft, host: str, owner_id: int | None) -> int:
    settings = msgspec.structs.asdict(draft.settings)
    settings |= {
        "languages": list(draft.settings.languages),
        "sells_to": list(draft.settings.sells_to),
        "theme": msgspec.to_builtins(draft.settings.theme),
    }
    shop = Shop.objects.using(PLATFORM).create(
        slug=draft.slug, country=draft.country, currency=draft.currency, **settings
    )
    Domain.objects.using(PLATFORM).create(shop_id=shop.pk, host=host, is_primary=True)
    if owner_id is not None:
        Membership.objects.using(PLATFORM).create(shop_id=shop.pk, user_id=owner_id, role=Membership.Role.OWNER)
    return int(shop.pk)
