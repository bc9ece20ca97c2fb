"""Fills carts to be placed: ``python -m eseller.bench.carts MANY FILE`` writes a line ``TOKEN KEY TOTAL`` for each."""

import json
import os
import random
import sys
from pathlib import Path

from eseller.bench.seed import SLUG


def fill(many: int, target: Path) -> dict[str, object]:
    """Fill so many carts with one or two variants each."""
    from eseller.commerce.cart.actions.add_line import add_line
    from eseller.commerce.cart.records import CartOwner
    from eseller.commerce.catalog.models import Variant
    from eseller.commerce.orders.checkout import quote
    from eseller.tenancy.hosts import find_shop
    from eseller.tenancy.scope import shop_transaction

    chance = random.Random(11)  # noqa: S311  (the same carts every time, not a secret)
    shop = find_shop(f"{SLUG}.localhost")
    if shop is None:
        raise RuntimeError("the shop to be measured was not made")
    with shop_transaction(shop.id):
        variants = list(Variant.objects.values_list("pk", flat=True))
    with target.open("w") as file:
        for _ in range(many):
            owner = CartOwner()
            with shop_transaction(shop.id, actor="bench"):
                for variant in chance.sample(variants, chance.choice((1, 2))):
                    added = add_line(owner=owner, shop=shop, variant_id=variant, quantity=1, actor="bench")
                    owner = CartOwner(token=added.new_token or owner.token)
                offer = quote(owner=owner, shop=shop, language="en", country="DK", shipping_method="parcel")
            file.write(f"{owner.token} {offer.checkout_key} {offer.total.amount}\n")
    return {"carts": many}


def main() -> None:
    """Set Django up, fill, print."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "eseller.config.settings")
    import django

    django.setup()
    sys.stdout.write(json.dumps(fill(int(sys.argv[1]), Path(sys.argv[2]))) + "\n")


if __name__ == "__main__":
    main()
