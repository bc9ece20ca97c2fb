"""The plane's own database: what was backed up comes back, and a backup that is not whole does not count."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.db import connections

from eseller.config.environment import environment
from eseller.node import operations_backup
from eseller.node.operations_backup import NotBackedUp, back_up, backups, folder, restore
from eseller.operations.console.models import Act
from eseller.operations.incidents import actions
from eseller.operations.incidents.models import Entry, Incident

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture(autouse=True)
def _none_before() -> None:
    for path in folder(environment()).glob("*"):
        path.unlink()


def test_what_was_backed_up_comes_back_with_its_rights() -> None:
    env = environment()
    incident, _ = actions.open_incident("Before", by="ada")
    path = back_up(env)
    assert backups(env) == [path]
    assert path.stat().st_mode & 0o077 == 0
    actions.open_incident("After", by="ada")
    connections.close_all()
    counted = restore(env, path)
    assert counted["incidents_incident"] == 1
    assert [one.title for one in Incident.objects.all()] == ["Before"]
    assert Entry.objects.filter(incident=incident.pk).exists()
    # Rights come back with it: what must not change can't be.
    from django.db.utils import ProgrammingError

    with pytest.raises(ProgrammingError, match="permission denied"):
        Act.objects.all().delete()
    connections["default"].close()


def test_a_backup_that_is_not_what_the_database_is_does_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    real = operations_backup._counts
    seen: list[dict[str, int]] = []

    def counts(connection: Any) -> dict[str, int]:
        seen.append(real(connection) | {"incidents_incident": len(seen)})
        return seen[-1]

    monkeypatch.setattr(operations_backup, "_counts", counts)
    with pytest.raises(NotBackedUp, match="incidents_incident"):
        back_up(environment())
    assert list(folder(environment()).iterdir()) == []


def test_a_file_that_is_none_changes_nothing(tmp_path: Path) -> None:
    actions.open_incident("Kept", by="ada")
    (tmp_path / "x.dump").write_bytes(b"PGDMP nonsense")
    with pytest.raises(NotBackedUp):
        restore(environment(), tmp_path / "x.dump")
    assert Incident.objects.get().title == "Kept"


def test_the_oldest_go(monkeypatch: pytest.MonkeyPatch) -> None:
    env = environment()
    monkeypatch.setattr(operations_backup, "KEPT", 2)
    folder(env).mkdir(parents=True, exist_ok=True)
    for day in range(1, 5):
        (folder(env) / f"2020-01-0{day}T000000.dump").touch()
    newest = back_up(env)
    assert backups(env) == [newest, folder(env) / "2020-01-04T000000.dump"]
