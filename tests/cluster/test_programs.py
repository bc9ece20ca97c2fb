"""Patroni and Barman are found where the user may run them from, and what is missing is named."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from eseller.cluster.local import programs
from eseller.cluster.local.programs import ProgramsMissing, find


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """Root's place, and that of a project; etcd and rsync are there."""
    monkeypatch.setattr(programs, "FOR_ROOT", tmp_path / "root")
    monkeypatch.setattr(shutil, "which", lambda name, path=None: f"/usr/bin/{name}")  # noqa: ARG005
    return tmp_path / "root", tmp_path / "project"


def put(folder: Path) -> Path:
    folder.mkdir(parents=True)
    (folder / "python").touch()
    return folder


def test_who_is_not_root_takes_what_root_has_set_up_unless_there_is_something_of_the_project(
    places: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    root, project = places
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(ProgramsMissing, match="tools/setup cluster"):
        find(project)
    put(root)
    assert find(project).folder == root
    own = put(project / ".cluster-programs")
    assert find(project).folder == own


def test_root_runs_nobody_elses_programs(places: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    root, project = places
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    put(project / ".cluster-programs")
    with pytest.raises(ProgramsMissing):
        find(project)
    put(root)
    assert find(project).folder == root


def test_packages_that_are_missing_are_named(places: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    put(places[0])
    monkeypatch.setattr(shutil, "which", lambda name, path=None: None)  # noqa: ARG005
    with pytest.raises(ProgramsMissing, match=r"apt-get install --no-install-recommends .*etcd-server"):
        find(places[1])
