"""Change a shop's settings."""

import msgspec

from eseller.tenancy.actions.drafts import ShopSettings, check_settings
from eseller.tenancy.models import Shop
from eseller.tenancy.scope import shop_transaction


def update_settings(*, shop_id: int, settings: ShopSettings, actor: str) -> bool:
    """Make the shop's settings like the given ones; returns whether anything changed.

    Raises:
        InvalidShop: with a sentence for each field that is wrong.
    """
    check_settings(settings)
    values = msgspec.structs.asdict(settings)
    values |= {
        "languages": list(settings.languages),
        "sells_to": sorted(set(settings.sells_to)),
        "theme": msgspec.to_builtins(settings.theme),
    }
    with shop_transaction(shop_id, actor=actor, label="update_settings"):
        shop = Shop.objects.select_for_update().get(pk=shop_id)
        changed = [field for field, value in values.items() if getattr(shop, field) != value]
        for field in changed:
            setattr(shop, field, values[field])
        if changed:
            shop.save(update_fields=changed)
    return bool(changed)
