"""The catalog's jobs."""

from typing import Any

from eseller.commerce.catalog import drafts
from eseller.commerce.catalog.actions.save_product import save_product
from eseller.commerce.catalog.models import SearchEntry
from eseller.commerce.catalog.tasks import rebuild
from eseller.tenancy.models import Shop
from eseller.tenancy.scope import PLATFORM, platform_transaction, shop_transaction


def test_search_speaks_a_language_that_the_shop_takes_up(make_shop: Any) -> None:
    shop = make_shop(languages=["en"])
    texts = tuple(drafts.TextDraft(language=language, title=title) for language, title in (("en", "Cup"),))
    draft = drafts.ProductDraft(slug="cup", state="published", texts=texts, variants=(drafts.VariantDraft(),))
    with shop_transaction(shop.pk, actor="member:1"):
        save_product(draft=draft, actor="member:1")
    with platform_transaction():
        Shop.objects.using(PLATFORM).filter(pk=shop.pk).update(languages=["en", "da"])
    rebuild(shop_id=shop.pk)
    with shop_transaction(shop.pk):
        assert set(SearchEntry.objects.values_list("language", flat=True)) == {"en", "da"}
