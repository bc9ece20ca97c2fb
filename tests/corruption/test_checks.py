"""Checks are added to tables that may hold bad rows already."""

import logging
from typing import Any

import psycopg
import pytest
from django.apps import apps
from django.db import connections

from eseller.tenancy.conditions import lines
from eseller.tenancy.operations import CheckTable
from eseller.tenancy.scope import OWNER
from tests.corruption.database import copied
from tests.factories import make_shop


class _State:
    """What a migration knows of the models."""

    apps = apps


def test_a_row_that_breaks_a_new_check_stops_no_upgrade(
    postgres: Any, database: None, caplog: pytest.LogCaptureFixture
) -> None:
    check = CheckTable("Shop", short=lines("bank_account"), named="name <> 'Nobody'")
    with copied(postgres) as hand:
        old, new = make_shop(), make_shop()
        hand.execute("ALTER TABLE tenancy_shop DROP CONSTRAINT tenancy_shop_lines")
        hand.execute("UPDATE tenancy_shop SET bank_account = chr(7) WHERE id = %s", [old.pk])
        for _attempt in range(2):  # the first may be broken off
            with caplog.at_level(logging.WARNING), connections[OWNER].schema_editor(atomic=False) as editor:
                check.database_forwards("tenancy", editor, _State(), _State())
        assert "VALIDATE CONSTRAINT \"tenancy_shop_short\"" in caplog.text
        names = "('tenancy_shop_short', 'tenancy_shop_named')"
        valid = f"SELECT conname, convalidated FROM pg_constraint WHERE conname IN {names}"
        assert dict(hand.execute(valid).fetchall()) == {"tenancy_shop_short": False, "tenancy_shop_named": True}
        with pytest.raises(psycopg.errors.CheckViolation):
            hand.execute("UPDATE tenancy_shop SET bank_account = chr(7) WHERE id = %s", [new.pk])
        with connections[OWNER].schema_editor(atomic=False) as editor:
            check.database_backwards("tenancy", editor, _State(), _State())
        assert hand.execute(valid).fetchall() == []
        connections[OWNER].close()
