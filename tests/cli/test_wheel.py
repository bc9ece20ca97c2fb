"""The wheel holds everything that the platform needs besides code."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent


@pytest.mark.slow
def test_every_tracked_file_of_the_package_is_in_the_wheel(tmp_path: Path) -> None:
    listed = subprocess.check_output(
        ["git", "ls-files", "-z", "eseller", "pyproject.toml", "README.md"], cwd=ROOT, text=True
    )
    tracked = [name for name in listed.split("\0") if (ROOT / name).is_file() and not Path(name).name.startswith(".")]
    for name in tracked:
        copy = tmp_path / "source" / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes((ROOT / name).read_bytes())
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index",
         "--wheel-dir", str(tmp_path), str(tmp_path / "source")],
        check=True, capture_output=True,
    )  # fmt: skip
    (wheel,) = tmp_path.glob("*.whl")

    missing = {name for name in tracked if name.startswith("eseller/")} - set(zipfile.ZipFile(wheel).namelist())

    assert sorted(missing) == []
