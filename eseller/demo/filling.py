"""Fills one demo shop, in a process of its own, which sets Django up before it imports any of it."""

from datetime import timedelta


def fill(shop_id: int, slug: str, actor: str, scale: float, orders: int) -> list[str]:
    """Make the shop's goods, look and sales; return what of the sales was not possible."""
    import django

    django.setup()
    from eseller.demo import goods, imported, look, sales
    from eseller.demo.content import records
    from eseller.kernel import clock

    content = records.load_shop(slug)
    goods.load_goods(shop_id, content, actor=actor, scale=scale)
    imported.load_import(shop_id, slug, actor=actor, scale=scale)
    look.load_look(shop_id, content, actor=actor, scale=scale)
    return sales.load_sales(shop_id, content, end=clock.now() - timedelta(minutes=10), count=orders)
