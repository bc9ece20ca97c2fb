"""The walls between shops, tried on every shop-owned table that exists."""

from typing import Any

import psycopg
import pytest
from django.db import connections

from eseller.tenancy.fields import ShopForeignKey
from eseller.tenancy.models import History, ShopModel
from eseller.tenancy.scope import PLATFORM, platform_transaction, shop_transaction
from tests.isolation.probes import as_shop, leaks
from tests.isolation.rows import Rows, shop_models

pytestmark = pytest.mark.pg15

# Keys that cannot begin with the shop, and why.
GLOBAL_KEYS = {
    "tenancy_domain": {("host",)},  # one host answers for one shop, over all shops
}


@pytest.fixture(scope="module")
def two(database: None) -> tuple[Rows, Rows]:
    return Rows(), Rows()


@pytest.mark.parametrize("model", shop_models(), ids=lambda model: model._meta.label)
def test_raw_sql_cannot_reach_another_shop(two: tuple[Rows, Rows], model: Any) -> None:
    me, other = two
    mine, theirs = me.row(model).pk, other.row(model).pk
    with as_shop(me.shop.pk) as connection:
        assert leaks(connection, model._meta.db_table, mine=mine, theirs=theirs, other_shop=other.shop.pk) == set()


@pytest.mark.parametrize("model", shop_models(), ids=lambda model: model._meta.label)
def test_orm_cannot_reach_another_shop(two: tuple[Rows, Rows], model: type[ShopModel]) -> None:
    me, other = two
    theirs = other.row(model).pk
    with shop_transaction(me.shop.pk):
        assert model.objects.filter(pk=theirs).count() == 0
        assert not model.objects.filter(pk=theirs).exists()
        assert not model.objects.filter(shop_id=other.shop.pk).exists()
        assert model.unchecked.filter(pk=theirs).first() is None
        assert model.objects.exclude(pk=me.row(model).pk).filter(shop_id=other.shop.pk).first() is None
        with pytest.raises(model.DoesNotExist):
            model.objects.get(pk=theirs)
    if model is History:
        return  # shops may not write it at all
    table = connections[PLATFORM].ops.quote_name(model._meta.db_table)
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT has_table_privilege(%s, 'UPDATE'), has_table_privilege(%s, 'DELETE')", [table, table])
        may_update, may_delete = cursor.fetchone()
    with shop_transaction(me.shop.pk):
        if may_update:
            assert model.objects.filter(pk=theirs).update(shop_id=me.shop.pk) == 0
        if may_delete:
            assert model.objects.filter(pk=theirs)._raw_delete("default") == 0
    with platform_transaction():
        row = model.objects.using(PLATFORM).get(pk=theirs)
    assert row.shop_id == other.shop.pk


def test_the_shop_table_shows_only_itself(two: tuple[Rows, Rows]) -> None:
    me, other = two
    with as_shop(me.shop.pk) as connection:
        assert connection.execute("SELECT id FROM tenancy_shop").fetchall() == [(me.shop.pk,)]
        assert connection.execute("UPDATE tenancy_shop SET name = 'x' WHERE id = %s", [other.shop.pk]).rowcount == 0


def catalogue(statement: str) -> list[tuple[Any, ...]]:
    with connections["owner"].cursor() as cursor:
        cursor.execute(statement)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    connections["owner"].close()
    return rows


def test_every_table_with_a_shop_is_walled(database: None) -> None:
    rows = catalogue(
        """
        SELECT c.relname, c.relrowsecurity AND c.relforcerowsecurity,
               (SELECT array_agg(p.polname::text ORDER BY p.polname) FROM pg_policy p WHERE p.polrelid = c.oid)
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND (c.relname = 'tenancy_shop' OR EXISTS (
            SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'shop_id' AND NOT a.attisdropped))
        """
    )
    assert {row[0] for row in rows} == {model._meta.db_table for model in shop_models()} | {"tenancy_shop"}
    assert [row for row in rows if not row[1] or row[2] != ["platform", "shop"]] == []


def test_every_policy_says_the_same(database: None) -> None:
    rows = catalogue("SELECT tablename, policyname, permissive, roles::text[], cmd, qual, with_check FROM pg_policies")
    mine = "({} = (NULLIF(current_setting('eseller.shop_id'::text, true), ''::text))::bigint)"
    for table, policy, *said in rows:
        allowed = "true" if policy == "platform" else mine.format("id" if table == "tenancy_shop" else "shop_id")
        role = {"shop": "eseller_web", "platform": "eseller_platform"}[policy]
        assert said == ["PERMISSIVE", [role], "ALL", allowed, allowed], table
    assert len(rows) == 2 * (len(shop_models()) + 1)


def test_tables_without_a_shop_are_known(database: None) -> None:
    rows = catalogue(
        """
        SELECT c.relname::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p')
          AND has_table_privilege('eseller_web', c.oid, 'SELECT')
          AND NOT EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'shop_id')
        """
    )
    assert {row[0] for row in rows} == {
        "tenancy_shop",  # walled by its own id
        "tenancy_user",  # people: one login for all their shops
        "tenancy_throttlecounter",  # hashed keys
        "django_session",
        "django_migrations",
        "django_content_type",
        "pricing_vatrate",  # law, the same for all
    }


def test_references_between_shop_tables_carry_the_shop(database: None) -> None:
    rows = catalogue(
        """
        SELECT k.conrelid::regclass::text, k.confrelid::regclass::text, k.convalidated, (
            SELECT array_agg(a.attname::text ORDER BY u.n) FROM unnest(k.conkey) WITH ORDINALITY u(num, n)
            JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.num), (
            SELECT array_agg(a.attname::text ORDER BY u.n) FROM unnest(k.confkey) WITH ORDINALITY u(num, n)
            JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = u.num)
        FROM pg_constraint k WHERE k.contype = 'f' AND k.connamespace = 'public'::regnamespace
        """
    )
    tables = {model._meta.db_table for model in shop_models()}
    between = [row for row in rows if row[0] in tables and row[1] in tables]
    assert [row for row in between if not row[2] or row[3][0] != "shop_id" or row[4] != ["shop_id", "id"]] == []
    wanted = {
        (model._meta.db_table, field.remote_field.model._meta.db_table, field.column)
        for model in shop_models()
        for field in model._meta.local_fields
        if isinstance(field, ShopForeignKey)
    }
    assert len(wanted) > 30
    assert {(table, target, columns[1]) for table, target, _, columns, _ in between} == wanted
    plain = {
        (model._meta.db_table, field.name)
        for model in shop_models()
        for field in model._meta.local_fields
        if field.is_relation
        and not isinstance(field, ShopForeignKey)
        and field.related_model in shop_models()
    }
    assert plain == set(), "use ShopForeignKey between shop-owned tables"


def test_unique_keys_begin_with_the_shop(database: None) -> None:
    rows = catalogue(
        """
        SELECT i.indrelid::regclass::text, (
            SELECT array_agg(a.attname::text ORDER BY u.n) FROM unnest(i.indkey) WITH ORDINALITY u(num, n)
            JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = u.num)
        FROM pg_index i WHERE i.indisunique AND NOT i.indisprimary
        """
    )
    tables = {model._meta.db_table for model in shop_models()}
    wrong = [
        (table, columns)
        for table, columns in rows
        if table in tables and columns[0] != "shop_id" and tuple(columns) not in GLOBAL_KEYS.get(table, set())
    ]
    assert wrong == []


def test_the_web_role_has_no_way_out(database: None) -> None:
    with connections["default"].cursor() as cursor:
        cursor.execute(
            "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication, "
            "pg_has_role('eseller_platform', 'MEMBER'), pg_has_role('eseller_owner', 'MEMBER'), "
            "has_schema_privilege('public', 'CREATE'), has_database_privilege(current_database(), 'TEMP') "
            "FROM pg_roles WHERE rolname = current_user"
        )
        assert cursor.fetchone() == (False,) * 9
        cursor.execute(
            "SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' "
            "AND (has_table_privilege(c.oid, 'TRUNCATE') OR has_table_privilege(c.oid, 'TRIGGER') "
            "OR c.relname LIKE 'procrastinate%%' AND has_table_privilege(c.oid, 'SELECT, INSERT, UPDATE, DELETE'))"
        )
        assert cursor.fetchall() == []


def test_functions_that_act_as_another_role_are_known_and_pinned(database: None) -> None:
    rows = catalogue(
        """
        SELECT p.proname::text, p.proowner::regrole::text, coalesce(p.proconfig::text, '')
        FROM pg_proc p WHERE p.prosecdef AND p.pronamespace = 'public'::regnamespace
        """
    )
    assert {row[0] for row in rows} == {
        "eseller_change_of_platform",
        "eseller_change_of_shop",
        "eseller_change_of_shops",
        "eseller_changes_since",
        "eseller_defer",
        "eseller_history",
        "eseller_host_lookup",
        "eseller_kept_back",
        "eseller_member_shops",
        "eseller_open_findings",
        "eseller_quarantine",
        "eseller_search",
        "eseller_snapshot",
        "eseller_snapshot_parts",
        "eseller_touched",
    }
    assert [row for row in rows if row[1] != "eseller_platform" or "search_path" not in row[2]] == []


def test_a_shop_cannot_queue_work_for_another(two: tuple[Rows, Rows]) -> None:
    me, other = two
    for shop, argument in ((other.shop.pk, other.shop.pk), (me.shop.pk, other.shop.pk)):
        with as_shop(me.shop.pk) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(
                "SELECT eseller_defer('q', 't', %s, jsonb_build_object('shop_id', %s::bigint), NULL, NULL, NULL)",
                [shop, argument],
            )
