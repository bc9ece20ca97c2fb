"""The scope: what runs without a shop, or with the wrong one."""

import threading
from typing import Any

import pytest
from django.db import connection, connections, models
from django.db.utils import ProgrammingError

from eseller.commerce.catalog.models import Category, Product
from eseller.services.models import OutboxMessage
from eseller.tenancy.errors import ScopeMismatch, Unscoped
from eseller.tenancy.models import History
from eseller.tenancy.scope import current_scope, shop_transaction
from eseller.tenancy.sql import fetch


@pytest.mark.parametrize(
    "use",
    [
        lambda: list(Product.objects.all()),
        lambda: Product.objects.count(),
        lambda: Product.objects.exists(),
        lambda: Product.objects.filter(slug="x").first(),
        lambda: Product.objects.values_list("id").get(pk=1),
        lambda: Product.objects.update(brand="x"),
        lambda: Product.objects.all().delete(),
        lambda: Product.objects.bulk_create([Product(slug="x")]),
        lambda: Product.objects.aggregate(models.Max("id")),
        lambda: list(Product.objects.iterator()),
        lambda: fetch("SELECT 1"),
    ],
)
def test_unscoped_use_raises(db: None, use: Any) -> None:
    with pytest.raises(Unscoped):
        use()


def test_a_query_made_inside_but_run_outside_raises(shop: Any) -> None:
    with shop_transaction(shop.pk):
        query = Product.objects.all()
    with pytest.raises(Unscoped):
        list(query)


def test_raw_sql_without_a_shop_sees_nothing(shop: Any) -> None:
    with shop_transaction(shop.pk):
        Product.objects.create(slug="cup")
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM catalog_product")
        assert cursor.fetchone() == (0,)


def test_the_setting_ends_with_the_transaction(shop: Any) -> None:
    with shop_transaction(shop.pk):
        assert current_scope() == shop.pk
    with connection.cursor() as cursor:
        cursor.execute("SELECT nullif(current_setting('eseller.shop_id', true), '')")
        assert cursor.fetchone() == (None,)
    assert current_scope() is None


def test_another_shop_cannot_be_opened_inside(make_shop: Any) -> None:
    one, two = make_shop(), make_shop()
    with shop_transaction(one.pk), pytest.raises(ScopeMismatch), shop_transaction(two.pk):
        pass


def test_the_same_shop_joins_and_an_error_inside_undoes_all(shop: Any) -> None:
    def fail() -> None:
        with shop_transaction(shop.pk):
            Product.objects.create(slug="outer")
            with shop_transaction(shop.pk):
                Product.objects.create(slug="inner")
                raise ValueError("stop")

    with pytest.raises(ValueError, match="stop"):
        fail()
    with shop_transaction(shop.pk):
        assert Product.objects.count() == 0


def test_durable_refuses_to_be_nested(shop: Any) -> None:
    with shop_transaction(shop.pk), pytest.raises(RuntimeError), shop_transaction(shop.pk, durable=True):
        pass


def test_threads_have_scopes_of_their_own(make_shop: Any) -> None:
    one, two = make_shop(), make_shop()
    seen: list[int | None] = []

    def other() -> None:
        seen.append(current_scope())
        with shop_transaction(two.pk):
            seen.append(current_scope())
        connections.close_all()

    with shop_transaction(one.pk):
        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
        assert current_scope() == one.pk
    assert seen == [None, two.pk]


def test_history_tells_who_and_keeps_before_and_after(shop: Any) -> None:
    with shop_transaction(shop.pk, actor="member:7"):
        category = Category.objects.create(slug="cups")
        Category.objects.filter(pk=category.pk).update(slug="mugs")
        Category.objects.filter(pk=category.pk).update(slug="mugs")
    with shop_transaction(shop.pk):
        rows = list(History.objects.filter(table_name="catalog_category", row_id=category.pk).order_by("id"))
    assert [row.operation for row in rows] == ["INSERT", "UPDATE"]
    assert rows[1].before is not None
    assert rows[1].after is not None
    assert (rows[1].before["slug"], rows[1].after["slug"]) == ("cups", "mugs")
    assert {row.actor for row in rows} == {"member:7"}
    assert {row.db_user for row in rows} == {"eseller_web"}


def test_history_cannot_be_written_by_a_shop(shop: Any) -> None:
    with pytest.raises(ProgrammingError), shop_transaction(shop.pk):
        fetch("INSERT INTO tenancy_history (table_name, row_id, operation, actor, db_user, request_id) "
              "VALUES ('x', 1, 'UPDATE', '', '', '') RETURNING id")


def test_rows_take_the_scope_as_their_shop(shop: Any) -> None:
    with shop_transaction(shop.pk):
        message = OutboxMessage.objects.create(kind="k", key="1", recipient="a@b.example", language="en")
        assert message.shop_id == shop.pk
