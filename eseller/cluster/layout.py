"""Where the embedded PostgreSQL keeps its things."""

from __future__ import annotations

import hashlib
import tempfile
from dataclasses import dataclass
from pathlib import Path

from eseller.cluster.address import MAINTENANCE_DATABASE, DatabaseAddress

ADMIN = "postgres"
# sun_path holds 108 bytes with the closing zero; PostgreSQL adds "/.s.PGSQL.5432" and a ".lock" beside it.
LONGEST_SOCKET_DIR = 107 - len("/.s.PGSQL.5432.lock")


@dataclass(frozen=True)
class ClusterLayout:
    """The paths below one directory, which the user that runs PostgreSQL owns."""

    base: Path

    @classmethod
    def inside(cls, data_dir: Path) -> ClusterLayout:
        """The layout below the data directory of a node."""
        return cls(data_dir / "postgresql")

    @property
    def data(self) -> Path:
        """PostgreSQL's own data directory."""
        return self.base / "data"

    @property
    def log(self) -> Path:
        """What the server last said, when nobody else listens."""
        return self.base / "server.log"

    @property
    def lock(self) -> Path:
        """Held by the server for as long as one of its processes lives."""
        return self.base / "lock"

    @property
    def password_file(self) -> Path:
        """The administrator's password; only its owner may read it."""
        return self.base / "admin-password"

    @property
    def socket_dir(self) -> Path:
        """Directory of the Unix socket: ours, or a short one where ours is too long for the system."""
        inside = self.base / "run"
        if len(str(inside).encode()) <= LONGEST_SOCKET_DIR:
            return inside
        digest = hashlib.sha256(str(self.base).encode()).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"eseller-pg-{digest}"

    def admin_address(self) -> DatabaseAddress:
        """The administrator's login.

        Raises:
            FileNotFoundError: This PostgreSQL was never started.
        """
        return DatabaseAddress(
            host=str(self.socket_dir),
            user=ADMIN,
            password=self.password_file.read_text("ascii").strip(),
            name=MAINTENANCE_DATABASE,
        )


def make_data_dir(data_dir: Path) -> None:
    """Create the data directory: others may pass through, as PostgreSQL's user must, not list it."""
    if data_dir.is_dir():
        return
    data_dir.parent.mkdir(parents=True, exist_ok=True)
    data_dir.mkdir(mode=0o711, exist_ok=True)
    data_dir.chmod(0o711)
