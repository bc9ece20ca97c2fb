"""Small disks of a rehearsal: file systems in memory that can be made to fill up. They take root."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from eseller.cluster.binaries import choose_user
from eseller.kernel.errors import EsellerError

SECONDS = 10
ATTEMPTS = 10
WIDE_MB = 3072
"""Nothing of it is taken before something is written there."""
NODE, ARCHIVE, LOGS = "node", "archive", "logs"


class NoVolumes(EsellerError):
    """File systems can't be mounted here. It takes root."""

    code = "rehearsal_volumes"


class Volume(msgspec.Struct, frozen=True):
    """One of them: where it is, and the node whose it is; empty: nobody's."""

    path: Path
    node: str = ""

    def leave(self, *, space: int = 0, share: float = 0.0) -> None:
        """Make it so small that so many bytes, or such a share of it, are left."""
        for attempt in range(1, ATTEMPTS + 1):
            whole = os.statvfs(self.path)
            used = (whole.f_blocks - whole.f_bfree) * whole.f_frsize
            try:
                self._resize(int(used / (1 - share)) + space)
                break
            except NoVolumes:
                # More was written meanwhile than there would have been room for.
                space += 64 * 1024
                if attempt == ATTEMPTS:
                    raise

    def widen(self) -> None:
        """Make it as large as it was."""
        self._resize(WIDE_MB << 20)

    def _resize(self, size: int) -> None:
        _run("mount", "-o", f"remount,size={size}", str(self.path))


@contextmanager
def volumes(base: Path) -> Iterator[dict[str, Volume]]:
    """Put small disks below the directory of a local cluster: for its first node, that one's log, and the archive.

    Raises:
        NoVolumes: they can't be mounted.
    """
    user = choose_user()
    if user is None:
        raise NoVolumes
    options = f"size={WIDE_MB}m,mode=0700,uid={user.uid},gid={user.gid}"
    first = "node1"
    made = {
        NODE: Volume(base / first, first),
        LOGS: Volume(base / first / "log", first),
        ARCHIVE: Volume(base / "barman"),
    }
    mounted: list[Volume] = []
    try:
        for volume in made.values():
            volume.path.mkdir(parents=True, exist_ok=True)
            _run("mount", "-t", "tmpfs", "-o", options, "eseller-rehearsal", str(volume.path))
            mounted.append(volume)
        yield made
    finally:
        for volume in reversed(mounted):
            _run("umount", "--lazy", str(volume.path))


def _run(*command: str) -> None:
    try:
        subprocess.run(command, capture_output=True, text=True, check=True, timeout=SECONDS)
    except (OSError, subprocess.SubprocessError) as error:
        told = getattr(error, "stderr", "") or error
        raise NoVolumes(f"{NoVolumes.__doc__} {' '.join(command)}: {told}") from error
