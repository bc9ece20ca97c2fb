"""Where the programs of a cluster are: etcd from Debian, Patroni and Barman in a directory of their own."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from eseller.kernel.errors import EsellerError

FOR_ROOT = Path("/var/lib/eseller-cluster-programs")
"""Where `tools/setup cluster` puts them as root: a place that the database's user can read."""


SEARCHED = "/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin"
PACKAGES = {"etcd-server": "etcd", "rsync": "rsync"}
"""Debian's packages, and the program of each that we look for; Barman restores by rsync."""


class ProgramsMissing(EsellerError):
    """Programs of a cluster are missing."""

    code = "cluster_programs_missing"


@dataclass(frozen=True)
class Programs:
    """What runs a cluster besides PostgreSQL.

    Attributes:
        etcd: Path of etcd.
        folder: Directory of Patroni's and Barman's packages, with the Python that runs them.
    """

    etcd: str
    folder: Path

    def python(self, module: str, *arguments: str) -> list[str]:
        """The command that runs one of the modules; give it `environ`."""
        return [str(self.folder / "python"), "-m", module, *arguments]

    def environ(self) -> dict[str, str]:
        """The environment of the programs: nothing of ours."""
        return {"PATH": SEARCHED, "LC_ALL": "C.UTF-8", "TZ": "UTC", "PYTHONPATH": str(self.folder)}


def find(project: Path) -> Programs:
    """Find the programs.

    Args:
        project: Directory of the project, where they are unless we are root.

    Raises:
        ProgramsMissing: With the commands that bring them.
    """
    # Root's are anybody's to run; root runs nobody else's.
    places = [FOR_ROOT] if os.geteuid() == 0 else [project / ".cluster-programs", FOR_ROOT]
    folder = next((place for place in places if (place / "python").exists()), places[0])
    etcd = shutil.which("etcd", path=SEARCHED)
    packages = [name for name, program in PACKAGES.items() if shutil.which(program, path=SEARCHED) is None]
    remedies = [f"sudo apt-get install --no-install-recommends {' '.join(packages)}"] if packages else []
    if not (folder / "python").exists():
        remedies.append("tools/setup cluster")
    if etcd is None or remedies:
        raise ProgramsMissing("Programs of a cluster are missing. They come with: " + " && ".join(remedies))
    return Programs(etcd, folder.resolve())
