"""The attacks of this suite succeed where a wall is damaged: whatever they stop reporting, a test here notices."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from eseller.config.environment import environment
from eseller.tenancy.fields import ShopForeignKey
from tests.isolation.probes import ATTACKS, BLIND, damaged, granted, leaks, refused_by
from tests.isolation.rows import Rows, shop_models

pytestmark = pytest.mark.pg15

MINE = "{c} = nullif(current_setting('eseller.shop_id', true), '')::bigint"
LOOSE = "CREATE POLICY shop ON {t} TO eseller_web"
# How a wall may be damaged, and which attacks must notice; a wall without any policy lets nobody see anything.
DAMAGES: dict[str, tuple[list[str], set[str]]] = {
    "row security is off": (["ALTER TABLE {t} DISABLE ROW LEVEL SECURITY"], set(ATTACKS)),
    "the policy lets all by": (["DROP POLICY shop ON {t}", f"{LOOSE} USING (true) WITH CHECK (true)"], set(ATTACKS)),
    "a second policy lets all by": (["CREATE POLICY more ON {t} USING (true)"], set(ATTACKS)),
    "all may be seen": (
        ["DROP POLICY shop ON {t}", f"{LOOSE} USING (true) WITH CHECK ({MINE})"],
        {"read", "counted", "locked", "deleted"},
    ),
    "all may be written": (
        ["DROP POLICY shop ON {t}", f"{LOOSE} USING ({MINE}) WITH CHECK (true)"],
        {"put a row"},  # of a row that is moved PostgreSQL demands that it stays in sight
    ),
    "there is no policy": (["DROP POLICY shop ON {t}"], {BLIND}),
    "nothing is damaged": ([], set()),
}
REFERENCES = [
    pytest.param(model, field, id=f"{model._meta.db_table}.{field.column}")
    for model in shop_models()
    for field in model._meta.local_fields
    if isinstance(field, ShopForeignKey)
]


@pytest.fixture(scope="module")
def two(database: None) -> tuple[Rows, Rows]:
    return Rows(), Rows()


@pytest.fixture
def administrator(postgres: Any) -> Iterator[Any]:
    with psycopg.connect(postgres.admin.at(environment().role_url("web").name).url) as connection:
        yield connection
        connection.rollback()


@pytest.mark.parametrize("damage", DAMAGES)
def test_each_attack_notices_a_damaged_wall_at_each_table(
    two: tuple[Rows, Rows], administrator: Any, damage: str
) -> None:
    me, other = two
    statements, noticed = DAMAGES[damage]
    tables = {model._meta.db_table: (me.row(model).pk, other.row(model).pk, "shop_id") for model in shop_models()}
    tables["tenancy_shop"] = (me.shop.pk, other.shop.pk, "id")
    found, expected = {}, {}
    for table, (mine, theirs, column) in tables.items():
        done = [statement.format(t=f'"{table}"', c=column) for statement in statements]
        with damaged(administrator, done, me.shop.pk):
            found[table] = leaks(
                administrator, table, mine=mine, theirs=theirs, other_shop=other.shop.pk, column=column
            )
            expected[table] = noticed & (granted(administrator, table) | {BLIND})
    assert found == expected


@pytest.mark.parametrize(("model", "field"), REFERENCES)
def test_a_reference_to_another_shop_is_refused_by_its_own_constraint_alone(
    two: tuple[Rows, Rows], administrator: Any, model: Any, field: Any
) -> None:
    me, other = two
    table, constraint = model._meta.db_table, f"{model._meta.db_table}_{field.column}_in_shop"[:63]
    mine, target = me.row(model).pk, other.row(field.remote_field.model).pk
    # Some tables may only be added to: the constraint must hold for whoever may do more.
    may = f'GRANT UPDATE ON "{table}" TO eseller_web'
    with damaged(administrator, [may], me.shop.pk):
        assert refused_by(administrator, table, field.column, mine=mine, target=target) == constraint
    with damaged(administrator, [may, f'ALTER TABLE "{table}" DROP CONSTRAINT "{constraint}"'], me.shop.pk):
        assert refused_by(administrator, table, field.column, mine=mine, target=target) is None
