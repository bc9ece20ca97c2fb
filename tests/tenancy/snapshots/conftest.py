"""A compiler and a keeper as the processes of a node have them; the process that runs the tests forgets afterwards."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from eseller.tenancy.guard.follow import Follower
from eseller.tenancy.guard.watch import judge_changes
from eseller.tenancy.snapshots import active
from eseller.tenancy.snapshots.compile import Compiler
from eseller.tenancy.snapshots.keeper import Keeper
from eseller.tenancy.snapshots.trial import Trial
from eseller.tenancy.snapshots.watcher import Watcher
from tests.snapshots_off import forget_snapshots


class Node:
    """Worker and web process of a node, step by step."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.keeper = Keeper(directory / "snapshots")
        self.watcher = Watcher(Compiler(directory, Trial()))
        self.follower = Follower(self.watcher.hear, self.keeper.hear, judge_changes)

    def step(self) -> bool:
        """Hear what has changed, compile it and take it; return whether nothing is left to do."""
        self.follower.once()
        done = self.watcher.once()
        self.follower.once()
        return done

    @property
    def version(self) -> int:
        """The snapshot that the process goes by; 0 where there is none."""
        return int(active.figures()["version"])


@pytest.fixture
def node(tmp_path: Path, db: None) -> Iterator[Node]:
    """A node that has taken its first snapshot."""
    node = Node(tmp_path)
    try:
        assert node.step()
        assert node.version
        yield node
    finally:
        forget_snapshots()
