"""A test that was left out fails the run."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parent.parent.parent
SCRIPT = ROOT / "tools" / "run_tests.py"
PASSES = "def test_passes(): pass\n"
SKIPS = "import pytest\n@pytest.mark.skip(reason='no time')\ndef test_skips(): pass\n"


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("run_tests", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def run(directory: Path, content: str, *options: str) -> subprocess.CompletedProcess[str]:
    (directory / "test_it.py").write_text(content)
    command = [sys.executable, str(SCRIPT), "trial", "-p", "no:cacheprovider", "-q", *options, "test_it.py"]
    return subprocess.run(command, cwd=directory, capture_output=True, text=True, check=False)


def test_all_passed(tmp_path: Path) -> None:
    assert run(tmp_path, PASSES).returncode == 0


def test_a_failure(tmp_path: Path) -> None:
    assert run(tmp_path, "def test_fails(): assert False\n").returncode == 1


def test_a_skipped_test_fails_the_run_and_is_named(tmp_path: Path) -> None:
    done = run(tmp_path, PASSES + SKIPS)

    assert done.returncode == 1
    assert "test_skips: no time" in done.stderr


def test_a_module_that_skips_itself_fails_the_run(tmp_path: Path) -> None:
    assert (
        run(tmp_path, "import pytest\npytest.importorskip('no_such_module')\n" + PASSES, "--may-be-empty").returncode
        == 1
    )


def test_no_test_fails_the_run_unless_that_is_allowed(tmp_path: Path) -> None:
    assert run(tmp_path, "").returncode != 0
    allowed = run(tmp_path, "", "--may-be-empty")
    assert allowed.returncode == 0
    assert "trial: nothing yet." in allowed.stdout


def test_an_empty_report_is_no_success(tool: ModuleType, tmp_path: Path) -> None:
    report = tmp_path / "report.xml"
    report.write_text("<testsuites><testsuite/></testsuites>")

    assert tool.judge("trial", report) == 1
