"""The walls between shops, tried on every shop-owned table that exists."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from django.db import connections

from eseller.config.environment import environment
from eseller.tenancy.fields import ShopForeignKey
from eseller.tenancy.models import History, ShopModel
from eseller.tenancy.scope import PLATFORM, platform_transaction, shop_transaction
from tests.isolation.probes import leaks
from tests.isolation.rows import Rows, shop_models

pytestmark = pytest.mark.pg15

# Keys that cannot begin with the shop, and why.
GLOBAL_KEYS = {
    "tenancy_domain": {("host",)},  # one host answers for one shop, over all shops
}


@pytest.fixture(scope="module")
def two(database: None) -> tuple[Rows, Rows]:
    return Rows(), Rows()


def references(model: Any, victim: Rows) -> dict[str, int]:
    return {
        field.column: victim.row(field.remote_field.model).pk
        for field in model._meta.local_fields
        if isinstance(field, ShopForeignKey)
    }


@contextmanager
def as_shop(shop_id: int) -> Iterator[Any]:
    """A plain connection as the web role, in a transaction of a shop."""
    with psycopg.connect(environment().role_url("web").url) as connection:
        assert connection.execute("SELECT current_user").fetchone() == ("eseller_web",)
        connection.execute("SELECT set_config('eseller.shop_id', %s, true)", [str(shop_id)])
        yield connection
        connection.rollback()


@contextmanager
def as_shop_without(statement: str, shop_id: int, admin: Any) -> Iterator[Any]:
    """The same, in a transaction in which an administrator has first damaged a wall. All is undone."""
    with psycopg.connect(admin.at(environment().role_url("web").name).url) as connection:
        connection.execute(statement)
        connection.execute("SET LOCAL ROLE eseller_web")
        connection.execute("SELECT set_config('eseller.shop_id', %s, true)", [str(shop_id)])
        yield connection
        connection.rollback()


@pytest.mark.parametrize("model", shop_models(), ids=lambda model: model._meta.label)
def test_raw_sql_cannot_reach_another_shop(two: tuple[Rows, Rows], model: Any) -> None:
    me, other = two
    with as_shop(me.shop.pk) as connection:
        own = connection.execute(
            psycopg.sql.SQL("SELECT count(*) FROM {}").format(psycopg.sql.Identifier(model._meta.db_table))
        ).fetchone()[0]
        assert own >= 1, "the attacker sees its own rows, or the attack proves nothing"
        found = leaks(
            connection,
            model._meta.db_table,
            me.row(model).pk,
            other.row(model).pk,
            other.shop.pk,
            references(model, other),
        )
    assert found == []


@pytest.mark.parametrize("model", shop_models(), ids=lambda model: model._meta.label)
def test_the_attack_succeeds_without_the_wall(two: tuple[Rows, Rows], postgres: Any, model: Any) -> None:
    me, other = two
    table = model._meta.db_table
    with as_shop_without(f'ALTER TABLE "{table}" DISABLE ROW LEVEL SECURITY', me.shop.pk, postgres.admin) as connection:
        found = leaks(connection, table, me.row(model).pk, other.row(model).pk, other.shop.pk, references(model, other))
    assert "read" in found
    assert "counted" in found


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


@pytest.mark.parametrize("model", shop_models(), ids=lambda model: model._meta.label)
def test_a_row_cannot_be_put_into_another_shop(two: tuple[Rows, Rows], model: Any) -> None:
    me, other = two
    table = psycopg.sql.Identifier(model._meta.db_table)
    columns = [field.column for field in model._meta.local_fields if not field.primary_key and field.name != "shop"]
    names = psycopg.sql.SQL(", ").join(psycopg.sql.Identifier(column) for column in columns)
    statement = psycopg.sql.SQL("INSERT INTO {t} (shop_id, {n}) SELECT %s, {n} FROM {t} WHERE id = %s")
    copy = statement.format(t=table, n=names)
    with as_shop(me.shop.pk) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(copy, [other.shop.pk, me.row(model).pk])


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
        SELECT k.conrelid::regclass::text, (
            SELECT array_agg(a.attname::text ORDER BY u.n) FROM unnest(k.conkey) WITH ORDINALITY u(num, n)
            JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.num)
        FROM pg_constraint k WHERE k.contype = 'f' AND k.connamespace = 'public'::regnamespace
        """
    )
    composite = {(table, columns[1]) for table, columns in rows if columns[0] == "shop_id" and len(columns) == 2}
    wanted = {
        (model._meta.db_table, field.column)
        for model in shop_models()
        for field in model._meta.local_fields
        if isinstance(field, ShopForeignKey)
    }
    assert len(wanted) > 30
    assert wanted - composite == set()
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
        "eseller_defer",
        "eseller_history",
        "eseller_host_lookup",
        "eseller_member_shops",
        "eseller_search",
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
