"""``eseller vat``, and what tells an operator that a country has no rates."""

import contextlib
import json
from typing import Any

import pytest
from typer.testing import CliRunner

from eseller.cli import config, main
from eseller.config.environment import environment


@pytest.fixture
def run(db: None, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return a runner of the command, which finds the database running already."""
    monkeypatch.setattr("eseller.node.database.running_database", lambda _env: contextlib.nullcontext())
    return lambda *arguments: CliRunner().invoke(main.build(), list(arguments))


def test_a_rate_is_set_and_listed_beside_that_of_the_release(run: Any) -> None:
    done = run("vat", "set", "bg", "reduced", "8,5")
    assert done.exit_code == 0, done.output
    assert done.output == "reduced in BG is 8.5 %.\n"
    assert run("vat", "set", "BG", "reduced", "8.5%").output == "reduced in BG is 8.5 %, as it was.\n"
    listed = json.loads(run("vat", "list", "--country", "BG", "--json").output)["rates"]
    assert {"country": "BG", "class": "reduced", "rate_bp": 850, "release_bp": 900} in listed
    assert "9 %" in run("vat", "list", "--country", "BG").output


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("UK", "standard", "20"), 2),
        (("DK", "standard", "quarter"), 2),
        (("DK", "standard", "2.555"), 2),
        (("DK", "standard", "-1"), 2),
        (("DK", "exempt", "25"), 1),
        (("DK", "standard", "51"), 1),
    ],
)
def test_wrong_use_is_told(run: Any, arguments: tuple[str, ...], code: int) -> None:
    assert run("vat", "set", *arguments).exit_code == code


def test_shops_of_a_country_without_rates_are_named(run: Any, make_shop: Any) -> None:
    shop = make_shop(country="QD")
    told = {problem.message: problem for problem in config._shops_without_vat(environment())}
    problem = next(problem for message, problem in told.items() if message.startswith("QD"))
    assert shop.slug in problem.message
    assert (problem.code, problem.stops, problem.remedy) == ("W003", False, "Run: eseller vat set QD standard RATE")


def test_a_new_shop_without_rates_is_told_so(run: Any, make_shop: Any) -> None:
    name = f"cli-{make_shop().slug}"
    owner = ("--owner", f"boss@{name}.example", "--name", "Kiln")
    made = run("shop", "create", name, *owner, "--country", "CA", "--currency", "CAD")
    assert made.exit_code == 0, made.output
    assert "eseller vat set CA standard RATE" in made.output
