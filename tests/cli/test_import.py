"""``eseller import`` as people and machines call it, in processes of its own."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from eseller.commerce.catalog.models import Product
from eseller.tenancy.models import Shop
from eseller.tenancy.scope import shop_transaction
from tests.channels.erp.exports import FIXTURES, export, row

CLASSIC = str(FIXTURES / "classic.csv")


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "eseller.cli.main", "import", "shopify", *arguments]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"COLUMNS": "200", "NO_COLOR": "1"}
    return subprocess.run(command(*arguments), capture_output=True, text=True, timeout=120, env=environment)


def count(shop: Shop) -> int:
    with shop_transaction(shop.pk):
        return Product.objects.count()


def test_report_for_machines(shop: Shop) -> None:
    done = run(CLASSIC, "--shop", shop.slug, "--json")
    assert done.returncode == 0, done.stderr
    report: dict[str, Any] = json.loads(done.stdout)
    figures = {key: report[key] for key in ("products", "variants", "images", "refused", "created", "dry_run")}
    assert figures == {"products": 2, "variants": 4, "images": 5, "refused": 2, "created": 2, "dry_run": False}
    assert report["refused_by_code"] == {"compare_at_not_higher": 1, "negative_quantity": 1}
    assert report["refusals"][1] == {
        "row": 4,
        "line": 8,
        "column": "Variant Inventory Qty",
        "value": "-2",
        "code": "negative_quantity",
        "reason": "Stock cannot be negative; it was taken as 0.",
        "lost": "value",
    }
    again = json.loads(run(CLASSIC, "--shop", shop.slug, "--json").stdout)
    assert (again["created"], again["updated"], again["unchanged"]) == (0, 0, 2)


def test_report_for_people_and_dry_run(shop: Shop, tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_bytes(export([row("a", "A", Variant_Barcode="[red]123"), row("b", price="free")]))
    done = run(str(path), "--shop", shop.slug, "--dry-run")
    assert done.returncode == 0, done.stderr
    assert "Products 1, variants 1, pictures 0: 1 new, 0 changed, 0 unchanged." in done.stdout
    assert "nothing was written" in done.stdout
    assert "[red]123" in done.stdout, "values of the file are no markup"
    assert "Variant Price" in done.stdout
    assert "free" in done.stdout
    assert count(shop) == 0


def test_nothing_usable_in_the_file(shop: Shop, tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_bytes(export([row("a", "A", price="free")]))
    done = run(str(path), "--shop", shop.slug, "--json")
    assert done.returncode == 1
    assert json.loads(done.stdout)["refused_by_code"] == {"bad_price": 1, "no_variants": 1}


def test_unusable_file(shop: Shop, tmp_path: Path) -> None:
    path = tmp_path / "huge.csv"
    with path.open("wb") as file:
        file.truncate(200 * 1024**2)
    done = run(str(path), "--shop", shop.slug, "--json")
    assert done.returncode == 1
    report = json.loads(done.stdout)
    assert report["error"]["code"] == "file_too_large"
    assert "200 MB" in report["error"]["message"]
    assert (report["products"], report["refused"]) == (0, 1)
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [[], [CLASSIC], [CLASSIC, "--shop", "there-is-none"], ["/no/such/file.csv", "--shop", "x"], ["/", "--shop", "x"]],
)
def test_wrong_use(database: None, arguments: list[str]) -> None:
    done = run(*arguments)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_a_killed_import_is_run_again(shop: Shop, tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_bytes(export([row(f"p{number}", f"P {number}") for number in range(400)]))
    arguments = (str(path), "--shop", shop.slug, "--json")
    with subprocess.Popen(command(*arguments), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        deadline = time.monotonic() + 60
        while count(shop) < 20 and time.monotonic() < deadline:
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
    left = count(shop)
    assert 20 <= left < 400, "killed in the middle"
    report = json.loads(run(*arguments).stdout)
    assert (report["created"], report["unchanged"]) == (400 - left, left)
    assert count(shop) == 400
