"""What pages cannot do without is as it last was: the shop, its address, its people. One mail holds no other."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import psycopg
import pytest

from eseller.resilience.records.kind import kinds
from eseller.services.models import OutboxMessage
from eseller.services.sending import deliver
from eseller.tenancy.guard import quarantine
from eseller.tenancy.guard.follow import Follower
from eseller.tenancy.guard.watch import judge_changes
from eseller.tenancy.scope import PLATFORM, platform_transaction
from tests.corruption.database import bare, copied, forget
from tests.corruption.pages import Answer, Page, fetched, pages_of
from tests.corruption.world import Busy

SHOWN = ("shop home (buyer)", "shop product (buyer)", "shop cart (buyer)", "office categories (owner)")
DAMAGES = [
    ("tenancy_shop", "slug", "NULL"),
    ("tenancy_shop", "name", "NULL"),
    ("tenancy_shop", "state", "'ajar'"),
    ("tenancy_shop", "currency", "'?'"),
    ("tenancy_shop", "default_language", "'xx'"),
    ("tenancy_shop", "languages", "'{}'"),
    ("tenancy_shop", "time_zone", "'Nowhere'"),
    ("tenancy_shop", "theme", "'[]'"),
    ("tenancy_shop", "created_at", "'infinity'"),
    ("tenancy_domain", "host", "'?'"),
    ("tenancy_domain", "host", "NULL"),
    ("tenancy_domain", "is_primary", "NULL"),
    ("tenancy_membership", "role", "'king'"),
    ("tenancy_user", "language", "'?'"),
    ("tenancy_user", "created_at", "'20000-01-01'"),
]


class Stage(NamedTuple):
    """A shop, some of its pages as they are, and somebody at psql."""

    world: Busy
    hand: psycopg.Connection[Any]
    pages: list[Page]
    good: dict[str, Answer]


@pytest.fixture(scope="module")
def stage(postgres: Any, database: None) -> Iterator[Stage]:
    with copied(postgres) as hand:
        world = Busy()
        bare(hand, unique=True)
        for table in kinds():
            hand.execute(f"CREATE TABLE good_{table} AS SELECT * FROM {table}")
        pages = [page for page in pages_of(world) if page.name in SHOWN]
        yield Stage(world, hand, pages, fetched(pages))


@pytest.fixture
def follower(stage: Stage) -> Iterator[Follower]:
    made = Follower(judge_changes)
    made.once()
    yield made
    stage.hand.execute("DELETE FROM tenancy_finding")
    quarantine.replace([], shops=None)
    forget()


@pytest.mark.parametrize(("table", "column", "value"), DAMAGES)
def test_shop_and_office_are_as_they_were(
    stage: Stage, follower: Follower, table: str, column: str, value: str
) -> None:
    ids = {"tenancy_user": stage.world.members["owner"].pk}
    shop = "id" if table == "tenancy_shop" else "shop_id"
    row = ids.get(table) or stage.hand.execute(
        f"SELECT min(id) FROM {table} WHERE {shop} = %s", [stage.world.shop.pk]
    ).fetchall()[0][0]
    stage.hand.execute(f"UPDATE {table} SET {column} = {value} WHERE id = %s", [row])
    try:
        follower.once()
        assert [name for name, answer in fetched(stage.pages).items() if answer != stage.good[name]] == []
    finally:
        good = f"(SELECT {column} FROM good_{table} g WHERE g.id = t.id)"
        stage.hand.execute(f"UPDATE {table} t SET {column} = {good} WHERE id = %s", [row])


@pytest.mark.parametrize(("column", "value"), [("kind", "'?'"), ("payload", "'[]'")])
def test_a_damaged_mail_holds_no_other(stage: Stage, follower: Follower, column: str, value: str) -> None:
    def sent() -> dict[int, str]:
        with platform_transaction():
            return dict(OutboxMessage.objects.using(PLATFORM).order_by("id").values_list("id", "state"))

    bad, *others = sent()
    stage.hand.execute("UPDATE services_outboxmessage SET state = 'pending', attempts = 0, claimed_until = NULL")
    stage.hand.execute(f"UPDATE services_outboxmessage SET {column} = {value} WHERE id = %s", [bad])
    follower.once()
    for message in (bad, *others):
        if message == bad:
            with pytest.raises((KeyError, TypeError, ValueError)):
                deliver(shop_id=stage.world.shop.pk, message_id=message, attempts=1)
        else:
            assert deliver(shop_id=stage.world.shop.pk, message_id=message, attempts=1)
    assert sent() == {bad: "failed"} | dict.fromkeys(others, "sent")
    good = f"(SELECT {column} FROM good_services_outboxmessage WHERE id = %s)"
    stage.hand.execute(f"UPDATE services_outboxmessage SET {column} = {good} WHERE id = %s", [bad, bad])
