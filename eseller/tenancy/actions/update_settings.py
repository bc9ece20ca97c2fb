"""Change a shop's settings."""

from typing import Any

import msgspec

from eseller.tenancy.actions.drafts import ShopSettings, check_settings, settings_of
from eseller.tenancy.guard.mending import mend
from eseller.tenancy.hosts import shop_info
from eseller.tenancy.models import Shop
from eseller.tenancy.scope import shop_transaction


def update_settings(*, shop_id: int, settings: ShopSettings, actor: str) -> bool:
    """Make the shop's settings like the given ones; returns whether anything changed.

    Raises:
        InvalidShop: with a sentence for each field that is wrong.
    """
    check_settings(settings)
    after = _values(settings)
    with shop_transaction(shop_id, actor=actor, label="update_settings"):
        shop = Shop.objects.select_for_update().get(pk=shop_id)
        mend("tenancy_shop", shop_id)
        before = _values(settings_of(shop_info(shop_id)))
        changed = [field for field, value in after.items() if before[field] != value]
        for field in changed:
            setattr(shop, field, after[field])
        if changed:
            shop.save(update_fields=changed)
    return bool(changed)


def _values(settings: ShopSettings) -> dict[str, Any]:
    """Return settings as the columns hold them; the order of countries means nothing."""
    return msgspec.structs.asdict(settings) | {
        "languages": list(settings.languages),
        "sells_to": sorted(set(settings.sells_to)),
        "theme": msgspec.to_builtins(settings.theme),
    }
