"""Work that comes round for many shops."""

from typing import Any

import pytest

from eseller.services.shops import SomeShopsFailed, each_shop


def test_one_shop_in_trouble_does_not_stop_the_others(make_shop: Any) -> None:
    shops = sorted(make_shop(sells_to=["GL"]).pk for _ in range(3))
    sql = "SELECT id FROM tenancy_shop WHERE sells_to = '{GL}' AND created_at <= %s + interval '1 minute' ORDER BY id"
    done = []

    def work(shop_id: int) -> None:
        if shop_id == shops[0]:
            raise ZeroDivisionError
        done.append(shop_id)

    with pytest.raises(SomeShopsFailed, match=str(shops[0])):
        each_shop(sql, work)
    assert done == shops[1:]
