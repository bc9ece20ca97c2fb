"""Nodes to try things with; whatever a test leaves running is ended."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.node.running import TOYS, Node, environ_for, passable_directory

StartNode = Callable[..., Node]


@pytest.fixture
def data_dir() -> Iterator[Path]:
    """A data directory of the test's own."""
    with passable_directory() as directory:
        yield directory / "data"


@pytest.fixture
def start_node(data_dir: Path) -> Iterator[StartNode]:
    """Start a node of toys on the test's data directory; variables may be changed."""
    nodes: list[Node] = []

    def start(**changes: str) -> Node:
        log = data_dir.parent / f"log-{len(nodes)}"
        nodes.append(Node(TOYS, environ_for(data_dir, **changes), log))
        return nodes[-1]

    yield start
    for node in nodes:
        node.clean_up()


@pytest.fixture(scope="module")
def shared_node() -> Iterator[Node]:
    """One node for the tests of a module that don't stop it."""
    with passable_directory() as directory:
        node = Node(TOYS, environ_for(directory / "data"), directory / "log")
        try:
            yield node.wait_until_up()
        finally:
            node.clean_up()
