"""``eseller records`` as an operator runs it, on the tests' own database."""

import contextlib
import json
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from typer.testing import CliRunner

from eseller.cli import main
from eseller.config.environment import environment
from tests.channels.storefront.shops import Stocked, stocked_shop
from tests.tenancy.guarding import unchecked


@pytest.fixture
def run(db: None, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return a runner of the command, which finds the database running already."""
    monkeypatch.setattr("eseller.node.database.running_database", lambda _env: contextlib.nullcontext())
    # Set up once more, logging would keep the runner's output, which is closed at its end.
    monkeypatch.setattr("django.setup", lambda: None)
    return lambda *arguments: CliRunner().invoke(main.build(), ["records", *arguments])


@pytest.fixture
def damaged(postgres: Any, db: None) -> Iterator[Stocked]:
    """A shop of which a title was damaged by hand."""
    stocked = stocked_shop()
    address = postgres.admin.at(environment().role_url("web").name)
    with psycopg.connect(address.url, autocommit=True) as connection:
        texts = "UPDATE catalog_producttext SET title"
        mend = f"{texts} = ltrim(title, chr(7)) WHERE title LIKE chr(7) || '%'"
        with unchecked(connection.execute, "catalog_producttext", mend):
            connection.execute(f"{texts} = chr(7) || title WHERE title = 'Moon vase' AND shop_id = {stocked.shop.pk}")
            yield stocked


def test_a_bad_row_is_found_shown_and_let_go(run: Any, damaged: Stocked) -> None:
    scanned = run("scan", "--table", "catalog_producttext", "--share", "1", "--json")
    assert scanned.exit_code == 1, scanned.output
    assert json.loads(scanned.stdout)["bad"] >= 1
    (found,) = json.loads(run("list", "--shop", damaged.shop.slug, "--json").stdout)["findings"]
    assert (found["table"], found["column"], found["state"]) == ("catalog_producttext", "title", "open")
    assert found["writer_db_user"] == "postgres"
    assert found["patch"] == {"title": "Moon vase"}
    assert str(found["id"]) in run("list", "--shop", damaged.shop.slug).output
    shown = run("show", str(found["id"])).output
    assert "these fields are shown instead" in shown
    assert "/p/moon-vase" in shown
    kept = run("release", str(found["id"]))
    assert (kept.exit_code, "still bad" in kept.output) == (1, True)
    waived = json.loads(run("release", str(found["id"]), "--override", "The bell is meant.", "--json").stdout)
    assert waived["outcome"] == "waived"
    assert json.loads(run("show", str(found["id"]), "--json").stdout)["note"] == "The bell is meant."
    assert run("list", "--state", "open", "--shop", damaged.shop.slug).output == "No finding.\n"


def test_wrong_use_is_told(run: Any) -> None:
    assert run("list", "--state", "odd").exit_code == 2
    assert run("scan", "--table", "never_was").exit_code == 2
    assert run("show", "999999999").exit_code == 1
    assert run("release", "0").exit_code == 2
