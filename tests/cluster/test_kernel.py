"""The kernel's log is read for what tells of a sick machine, and for nothing else."""

from __future__ import annotations

import time
from pathlib import Path

from eseller.cluster.kernel import RECENT_SECONDS, Kernel


def record(words: str, *, ago: float = 1.0, priority: int = 3) -> str:
    at = time.clock_gettime(time.CLOCK_MONOTONIC) - ago
    return f"{priority},77,{int(at * 1e6)},-;{words}\n SUBSYSTEM=block\n"


def test_lines_of_a_sick_disk_are_told_while_they_are_new(tmp_path: Path) -> None:
    log = tmp_path / "kmsg"
    log.write_text(
        record("I/O error, dev sda, sector 5 op 0x1:(WRITE)")
        + record("I/O error, dev sdb, as it happens every year", ago=RECENT_SECONDS + 5)
        + record("EXT4-fs error (device sda1): ext4_find_entry:1455", priority=2 + 8)
        + record("I/O error, a driver debugs itself", priority=7)
        + record("eth0: link becomes ready", priority=4)
        + "no record at all\n;;;\n9999999,x,y;I/O error\n",
        "utf-8",
    )
    told = Kernel(log).recent()
    if time.clock_gettime(time.CLOCK_MONOTONIC) > RECENT_SECONDS + 5:
        assert len(told) == 2, told
    assert told[0].startswith("I/O error, dev sda")
    assert told[-1].startswith("EXT4-fs error")


def test_what_comes_later_is_read_once(tmp_path: Path) -> None:
    log = tmp_path / "kmsg"
    log.write_text(record("EXT4-fs error (device sda1): one"), "utf-8")
    kernel = Kernel(log)
    assert len(kernel.recent()) == 1
    with log.open("a", encoding="utf-8") as file:
        file.write(record("nvme nvme0: controller is down; will reset: two" + "x" * 500))
    first, second = kernel.recent()
    assert (first[-3:], len(second)) == ("one", 200)


def test_a_log_that_may_not_be_read_says_nothing(tmp_path: Path) -> None:
    assert Kernel(tmp_path / "nothing").recent() == ()
