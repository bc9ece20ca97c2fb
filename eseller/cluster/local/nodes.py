"""Make the directories of a local cluster and start its programs. The caller keeps them running."""

from __future__ import annotations

import contextlib
import http.client
import os
import pwd
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path

import msgspec

from eseller.cluster import binaries, leash
from eseller.cluster.backup.barman import SERVER, Barman
from eseller.cluster.binaries import Binaries, EmbeddedPostgresError
from eseller.cluster.embedded import check_reach
from eseller.cluster.local import configuration, programs
from eseller.cluster.local.layout import LocalCluster, Node, folder
from eseller.cluster.patroni import Endpoint

HELD = "held"
PROGRAMS = "programs"
"""What a rehearsal puts beside a node's directory: a file that holds it back; a directory of other programs."""


class NodeHeld(RuntimeError):
    """Somebody holds the node back, as a rehearsal does with one that is to seem dead."""


class LocalNodes:
    """Starts etcd and the nodes of a local cluster below a data directory.

    Args:
        data_dir: Directory of ours.
        cluster: What to start.
        project: Directory of the project.
        pg_bin: Directory of other PostgreSQL programs than those of the wheel.
        pg_user: Who runs them when we are root.

    Raises:
        ProgramsMissing: Patroni or etcd is.
        EmbeddedPostgresError: PostgreSQL can't run here.
    """

    def __init__(
        self, data_dir: Path, cluster: LocalCluster, *, project: Path, pg_bin: Path | None, pg_user: str
    ) -> None:
        self.cluster = cluster
        self.base = folder(data_dir)
        self.programs = programs.find(project)
        self.user = binaries.choose_user(pg_user)
        check_reach(self.base, self.user)
        self.binaries: Binaries = binaries.find(pg_bin, user=self.user, copies=data_dir)
        if self.user and not _can_run(self.programs, self.user):
            raise EmbeddedPostgresError(f"{self.user.name} can't run {self.programs.folder}/python.")

    def start_etcd(self) -> subprocess.Popen[bytes]:
        """Start the lock service."""
        base = self._own(self.base / "etcd")
        return self._start(configuration.etcd(self.cluster, program=self.programs.etcd, base=base))

    def etcd_answers(self) -> bool:
        """Whether the lock service is ready."""
        try:
            status, body = Endpoint(self.cluster.etcd_host, self.cluster.etcd_port).ask("GET", "/health")
        except (OSError, http.client.HTTPException):
            return False
        return status == 200 and b'"true"' in body

    def start_node(self, node: Node) -> subprocess.Popen[bytes]:
        """Start Patroni on a node, which makes or starts its PostgreSQL.

        Raises:
            NodeHeld: It is held back.
        """
        base = self.own(node)
        if (self.base / f"{node.name}.{HELD}").exists():
            raise NodeHeld("held back")
        self.barman()
        others = self.base / f"{node.name}.{PROGRAMS}"
        told = configuration.patroni(
            self.cluster, node, base=base, binaries=others if others.is_dir() else self.binaries.path,
            archive=self.barman_home / SERVER / "incoming",
        )  # fmt: skip
        kept = self.base / f"{node.name}.yml"  # YAML holds JSON
        self._write(kept, msgspec.json.format(msgspec.json.encode(told)))
        return self._start(self.programs.python("patroni", str(kept)), within(node))

    @property
    def barman_home(self) -> Path:
        """Where Barman keeps backups and WAL."""
        return self.base / "barman"

    def barman(self) -> Barman:
        """Barman, with its directories and its configuration in place."""
        home = self._own(self.barman_home)
        self._own(home / SERVER)
        self._own(home / SERVER / "incoming")
        user = self.user.name if self.user else pwd.getpwuid(os.geteuid()).pw_name
        told = configuration.barman(self.cluster, home=home, binaries=self.binaries.path, user=user)
        kept = self.base / "barman.conf"
        if not kept.exists() or kept.read_text("utf-8") != told:
            self._write(kept, told.encode())
        command = self.programs.python("barman.cli", "-c", str(kept))
        return Barman(
            leash.command(command, last_signal=signal.SIGTERM, user=self.user),
            self.programs.environ() | {"HOME": str(home)},
        )

    def _write(self, path: Path, content: bytes) -> None:
        """Write a file for the database's user alone, whole or not at all."""
        draft = path.with_suffix(".new")
        draft.unlink(missing_ok=True)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
            if self.user:
                os.fchown(file.fileno(), self.user.uid, self.user.gid)
        draft.rename(path)

    def own(self, node: Node) -> Path:
        """Make the directory of a node, and return it."""
        return self._own(self.base / node.name)

    def data(self, node: Node) -> Path:
        """PostgreSQL's data directory of a node."""
        return self.base / node.name / "data"

    def release_all(self) -> None:
        """Hold no node back any more."""
        for node in self.cluster.nodes:
            (self.base / f"{node.name}.{HELD}").unlink(missing_ok=True)

    def _own(self, base: Path) -> Path:
        """Make a directory for the database's user alone; root keeps the one around it."""
        with contextlib.suppress(FileExistsError):
            base.mkdir(mode=0o700)
            if self.user:
                os.chown(base, self.user.uid, self.user.gid)
        return base

    def _start(self, command: Sequence[str], before: Sequence[str] = ()) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [*before, *leash.command(command, last_signal=signal.SIGTERM, user=self.user)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd="/",
            env=self.programs.environ() | {"PYTHONUNBUFFERED": "1"},
            start_new_session=True,
        )


def within(node: Node) -> list[str]:
    """What stands before a command that runs on a node: it becomes that command, and starts no process of its own."""
    return ["/usr/sbin/ip", "netns", "exec", node.namespace] if node.namespace else []


def _can_run(found: programs.Programs, user: leash.User) -> bool:
    command = leash.command(found.python("patroni", "--version"), last_signal=signal.SIGKILL, user=user)
    with contextlib.suppress(OSError, subprocess.SubprocessError):
        done = subprocess.run(command, capture_output=True, env=found.environ(), timeout=30, cwd="/", check=False)
        return done.returncode == 0
    return False
