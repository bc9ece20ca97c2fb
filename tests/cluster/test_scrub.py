"""All pages of a server are read from its disk, and damage is found though nobody asks for those pages."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import psycopg
import pytest

from eseller.cluster import binaries
from eseller.cluster.embedded import EmbeddedPostgres
from eseller.cluster.scrub import Scrub, Scrubs, scrub

PAGE = 8192


@pytest.fixture
def program(pg_bin: Path | None, server: EmbeddedPostgres, tmp_path: Path) -> Path:
    """``pg_basebackup`` of the server's own version."""
    assert server.process is not None
    return binaries.find(pg_bin, user=None, copies=tmp_path).path / "pg_basebackup"


def read(server: EmbeddedPostgres, program: Path) -> Scrub:
    return scrub("pg1", server.admin, program=program, seconds=60)


def test_a_damaged_page_is_found_on_the_disk_while_the_server_still_has_it_whole(
    server: EmbeddedPostgres, program: Path
) -> None:
    with psycopg.connect(server.admin.url, autocommit=True) as hand:
        hand.execute("CREATE TABLE much AS SELECT n, repeat('x', 500) AS words FROM generate_series(1, 200) n")
        hand.execute("CHECKPOINT")
        (path,) = hand.execute("SELECT pg_relation_filepath('much')").fetchone() or ("",)
        whole = read(server, program)
        assert (whole.good, whole.damaged, whole.why) == (True, (), "")

        file = server.layout.data / path
        kept = file.read_bytes()
        file.write_bytes(kept[: 2 * PAGE + 4000] + b"\xa5" * 50 + kept[2 * PAGE + 4050 :])
        found = read(server, program)
        assert not found.good
        assert len(found.damaged) == 1
        assert found.damaged[0].endswith(f"{path}, block 2")
        assert hand.execute("SELECT count(*) FROM much WHERE words LIKE 'x%'").fetchone() == (200,)
        file.write_bytes(kept)
        assert read(server, program).good


def test_one_that_can_not_be_read_is_not_good_and_not_damaged(server: EmbeddedPostgres, program: Path) -> None:
    stranger = dataclasses.replace(server.admin, user="nobody_of_that_name", password="wrong")
    found = scrub("pg1", stranger, program=program, seconds=20)
    assert (found.good, found.damaged) == (False, ())
    assert found.why
    assert not scrub("pg1", server.admin, program=Path("/nonexistent/pg_basebackup"), seconds=5).good


def test_the_last_look_at_each_node_counts_if_it_came_to_an_end(tmp_path: Path) -> None:
    kept = Scrubs(tmp_path)
    assert kept.last() == {}
    one = Scrub(node="pg1", at=1.0, seconds=1.0, good=False, damaged=("base/1, block 1",))
    two = Scrub(node="pg2", at=2.0, seconds=1.0, good=True)
    for each in (one, two, Scrub(node="pg1", at=3.0, seconds=1.0, good=False, why="it hung")):
        kept.add(each)
    with (tmp_path / "cluster-pages.jsonl").open("ab") as file:
        file.write(b'{"node": "pg2", "at": 4')
    assert kept.last() == {"pg1": one, "pg2": two}
