"""Where a node keeps its data, and the secret it makes there when none is given."""

from __future__ import annotations

import hashlib
import os
import secrets
from pathlib import Path

import eseller
from eseller.cluster.layout import make_data_dir

ROOTS_DATA = Path("/var/lib/eseller")


def default_data_dir(project: Path, *, root: bool) -> Path:
    """Where data are kept when nothing is said.

    Root gets a directory that an unprivileged user can reach, since PostgreSQL refuses to run as root and a
    checkout often lies in a home directory that is closed to others.
    """
    if not root:
        return project / ".data"
    name = "".join(c if c.isalnum() else "-" for c in project.name)[:32] or "root"
    return ROOTS_DATA / f"{name}-{hashlib.sha256(str(project).encode()).hexdigest()[:8]}"


def project_dir() -> Path:
    """The checkout that we run from, else the current directory."""
    checkout = Path(eseller.__file__).resolve().parent.parent
    return checkout if (checkout / "pyproject.toml").exists() else Path.cwd()


def kept_secret(data_dir: Path) -> str:
    """The secret in the data directory, made when there is none; two processes at once get the same."""
    path = data_dir / "secret"
    try:
        return path.read_text("ascii").strip()
    except FileNotFoundError:
        make_data_dir(data_dir)
    draft = data_dir / f".secret-{os.getpid()}-{secrets.token_hex(4)}"
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(secrets.token_hex(32) + "\n")
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    return path.read_text("ascii").strip()
