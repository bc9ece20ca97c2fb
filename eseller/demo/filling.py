"""Fills one demo shop, in a process of its own, which sets Django up before it imports any of it."""

from datetime import timedelta


def fill(shop_id: int, slug: str, actor: str) -> None:
    """Make the shop's goods, look and sales."""
    import django

    django.setup()
    from eseller.demo import goods, look, sales
    from eseller.demo.content import records
    from eseller.kernel import clock

    content = records.load_shop(slug)
    goods.load_goods(shop_id, content, actor=actor)
    look.load_look(shop_id, content, actor=actor)
    sales.load_sales(shop_id, content, end=clock.now() - timedelta(minutes=10))
