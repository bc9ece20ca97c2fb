"""``eseller shop`` as an operator runs it, on the tests' own database."""

import json
from typing import Any

import pytest
from typer.testing import CliRunner

from eseller.cli import main, shop
from eseller.tenancy import queries
from eseller.tenancy.models import User
from eseller.tenancy.scope import shop_transaction


@pytest.fixture
def run(db: None, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return a runner of the command, which finds the database running already."""
    import contextlib

    monkeypatch.setattr("eseller.node.database.running_database", lambda _env: contextlib.nullcontext())

    def invoke(*arguments: str) -> Any:
        return CliRunner().invoke(main.build(), ["shop", *arguments])

    return invoke


def test_a_shop_with_an_owner_is_opened_and_listed(run: Any, make_shop: Any) -> None:
    name = f"cli-{make_shop().slug}"
    made = run("create", name, "--owner", f"boss@{name}.example", "--name", "Kiln", "--language", "da", "--json")
    assert made.exit_code == 0, made.output
    told = json.loads(made.output)
    assert told["host"] == f"{name}.localhost"
    assert told["needs_password"]
    assert "/invitation/" in told["link"]
    user = User.objects.get(email=f"boss@{name}.example")
    assert [(found.slug, found.role) for found in queries.member_shops(user.pk)] == [(name, "owner")]
    with shop_transaction(told["id"]):
        assert queries.history()[0].actor == shop.ACTOR
    listed = json.loads(run("list", "--json").output)["shops"]
    assert {"shop": name, "name": "Kiln", "state": "open", "host": f"{name}.localhost", "people": 1} in listed


def test_wrong_use_is_told(run: Any, make_shop: Any) -> None:
    there = make_shop()
    assert run("create", there.slug, "--owner", "a@b.example", "--name", "X").exit_code == 1
    assert run("domain", "add", "never-was", "x.example.com").exit_code == 2
    assert run("domain", "add", there.slug, "not a host").exit_code == 1
    assert run("member", "add", there.slug, "nobody").exit_code == 1


def test_addresses_and_people_are_added(run: Any, make_shop: Any) -> None:
    there = make_shop()
    assert run("domain", "add", there.slug, f"{there.slug}.example.com").exit_code == 0
    added = run("member", "add", there.slug, f"clerk@{there.slug}.example", "--role", "clerk")
    assert "/invitation/" in added.output
    with shop_transaction(there.pk):
        assert len(queries.domains()) == 2
        assert [member.role for member in queries.members()] == ["clerk"]
