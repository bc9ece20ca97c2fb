"""Reads all pages of a node's data through, against their checksums; nothing else reads those that nobody asks for.

A base backup whose data goes nowhere (``pg_basebackup --target=blackhole``, PostgreSQL 15): it reads each file from the
disk, past the server's own memory, where a page that was damaged below it would still seem whole.
"""

from __future__ import annotations

import re
import subprocess
import time
from pathlib import Path

import msgspec

from eseller.cluster.address import DatabaseAddress
from eseller.kernel import lines

FILE = "cluster-pages.jsonl"
SECONDS = 12 * 3600.0
RATE = "100M"
"""Of a second, so that shops go first."""
_MOST_EXAMPLES = 5
_DAMAGE = re.compile(r"checksum verification failed in file \"(?P<file>[^\"]*)\", block (?P<block>\d+)")
_CUT_SHORT = re.compile(r"could not (?:open|read|stat|verify checksum in) (?:block \d+ of )?file \"[^\"]*\".*")


class Scrub(msgspec.Struct, frozen=True, kw_only=True):
    """What came of reading one node through.

    Attributes:
        node: its name.
        at: seconds since 1970 when it was over.
        seconds: that it took.
        good: whether all of it was read, and all pages are whole.
        damaged: files and blocks of pages that are not, the first few.
        why: what kept it from being read; empty: nothing.
    """

    node: str
    at: float
    seconds: float
    good: bool
    damaged: tuple[str, ...] = ()
    why: str = ""


def scrub(
    node: str, address: DatabaseAddress, *, program: Path, gently: bool = False, seconds: float = SECONDS
) -> Scrub:
    """Read a node through.

    Args:
        node: its name.
        address: of it, with a login that may replicate.
        program: ``pg_basebackup``.
        gently: whether the checkpoint that it begins with takes some minutes, as a primary's should.
        seconds: after which it is given up.
    """
    # Without the password in what everybody may see of a process.
    environ = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "PGPASSWORD": address.password}
    where = ["-h", address.host, "-p", str(address.port), "-U", address.user, "-w"]
    checkpoint = "spread" if gently else "fast"
    how = ["--target=blackhole", "-X", "none", f"--checkpoint={checkpoint}", f"--max-rate={RATE}", "--no-manifest"]
    began = time.time()
    try:
        done = subprocess.run(
            [str(program), *where, *how], env=environ, capture_output=True, text=True, errors="replace",
            timeout=seconds, cwd="/", check=False,
        )  # fmt: skip
        failed, told = bool(done.returncode), done.stderr
    except (OSError, subprocess.TimeoutExpired) as error:
        failed, told = True, str(error)
    found = [f"{one['file']}, block {one['block']}" for one in _DAMAGE.finditer(told)]
    found += [one.group() for one in _CUT_SHORT.finditer(told)]
    return Scrub(
        node=node, at=time.time(), seconds=round(time.time() - began, 1), good=not failed,
        damaged=tuple(found[:_MOST_EXAMPLES]),
        why=" ".join(told.split())[-300:] if failed and not found else "",
    )  # fmt: skip


class Scrubs:
    """What came of reading nodes through, as lines of JSON of which only the whole ones count.

    Args:
        data_dir: Directory of ours.
    """

    def __init__(self, data_dir: Path) -> None:
        self._path = data_dir / FILE

    def add(self, scrub: Scrub) -> None:
        """Write one down; it is on the disk when this returns."""
        lines.append(self._path, scrub)

    def last(self) -> dict[str, Scrub]:
        """The last one of each node that was read through to the end, or has damage."""
        return {one.node: one for one in lines.read(self._path, Scrub) if one.good or one.damaged}
