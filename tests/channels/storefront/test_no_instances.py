"""Hot pages read typed records: none of them makes a model instance."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db.models import Model

from eseller.commerce.catalog.models import Product
from eseller.tenancy.models import Shop
from eseller.tenancy.scope import PLATFORM, shop_transaction
from tests.channels.storefront.shoppers import Shopper
from tests.channels.storefront.shops import Stocked

HOT = ["/", "/c/table", "/c/table?sort=price", "/p/morning-mug", "/search?q=mug", "/search?q=nothing-like-it", "/da/"]


@contextmanager
def instances() -> Iterator[list[str]]:
    """Collect the names of the models of which instances are made, from the database or by hand."""
    made: list[str] = []
    usual = Model.__init__

    def noted(self: Model, *args: Any, **values: Any) -> None:
        made.append(type(self).__name__)
        usual(self, *args, **values)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Model, "__init__", noted)
        yield made


@pytest.mark.parametrize("path", HOT)
def test_a_hot_page_makes_no_model_instance(shopper: Shopper, path: str) -> None:
    with instances() as made:
        shopper.text(path)
    assert made == []


def test_instances_would_be_noticed(stocked: Stocked) -> None:
    with instances() as made, shop_transaction(stocked.shop.pk):
        Product.objects.first()
        Shop.objects.using(PLATFORM).get(pk=stocked.shop.pk)
    assert made == ["Product", "Shop"]
