"""Services are stopped and started; their jobs wait meanwhile and none is lost."""

from __future__ import annotations

from pathlib import Path

import pytest
from procrastinate.contrib.django import app

from eseller.node.services import Services
from eseller.services.tiers import SERVICES, UnknownService, chosen

NAMES = [service.name for service in SERVICES]


def test_each_task_belongs_to_a_service() -> None:
    """A worker does only the jobs of services; a queue without one would never be served."""
    queues = {task.queue for task in app.tasks.values() if not task.name.startswith(("procrastinate.", "builtin:"))}
    assert queues <= {*NAMES, "builtin"}
    assert {"mail", "media", "payments", "scan", "search", "upkeep", "expiry"} <= queues


def test_a_tier_is_stopped_with_those_below_it() -> None:
    assert {service.name for service in chosen(tier=4)} == {"media", "scan"}
    assert {service.tier for service in chosen(tier=2)} == {2, 3, 4}
    assert [service.name for service in chosen(["payments"])] == ["payments"]


@pytest.mark.parametrize("wrong", [{"names": ["male"]}, {"tier": 1}, {"tier": 5}, {"tier": 0}])
def test_what_is_no_service_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(UnknownService):
        chosen(**wrong)  # type: ignore[arg-type]


def test_what_is_stopped_stays_so_and_tells_why(tmp_path: Path) -> None:
    changes: list[int] = []
    services = Services(tmp_path / "services.json", lambda: changes.append(1))
    assert services.queues() == NAMES
    assert services.stop(["scan", "media"], by="operator", why="slow disk") == ["scan", "media"]
    assert services.stop(["scan"], by="switchover", why="later") == []
    again = Services(tmp_path / "services.json")
    assert again.queues() == [name for name in NAMES if name not in ("scan", "media")]
    assert again.stopped()["scan"].why == "slow disk"
    # Who switches over starts what it has stopped itself, and no more.
    assert again.stop(["mail"], by="switchover", why="now") == ["mail"]
    assert again.start(NAMES, only_by="switchover") == ["mail"]
    assert again.start(["scan", "media", "mail"]) == ["scan", "media"]
    assert again.queues() == NAMES
    assert len(changes) == 1


@pytest.mark.parametrize("kept", [b"", b"nonsense", b'{"scan": 5}', b"\xff"])
def test_a_file_that_is_damaged_stops_nothing(tmp_path: Path, kept: bytes) -> None:
    (tmp_path / "services.json").write_bytes(kept)
    assert Services(tmp_path / "services.json").queues() == NAMES
