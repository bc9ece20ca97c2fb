"""A PostgreSQL of our own: made, started and stopped by us, and gone when we are gone.

Only the programs come from elsewhere; it is reached through a Unix socket with a password (SCRAM); there
is no TCP port. As root, an unprivileged user runs it: only the directories that PostgreSQL itself writes
belong to that user, and directories that are not ours keep their permissions.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import secrets
import shutil
import signal
import stat
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from eseller.cluster import binaries, leash
from eseller.cluster.address import DatabaseAddress
from eseller.cluster.binaries import EmbeddedPostgresError
from eseller.cluster.layout import ADMIN, ClusterLayout, make_data_dir

__all__ = ["EmbeddedPostgres", "EmbeddedPostgresError", "temporary"]

LOCK_SECONDS = 10.0
START_SECONDS = 60.0
FAST_STOP_SECONDS = 20.0
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "120",
    "shared_buffers": "256MB",
    "jit": "off",
    "random_page_cost": "1.1",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "",
    "log_checkpoints": "off",
    "log_min_messages": "warning",
    "lc_messages": "C",
}
# Faster and unsafe: for databases that are thrown away.
TESTING_SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "64MB",
    "max_connections": "200",
    "autovacuum_naptime": "10min",
}


class EmbeddedPostgres:
    """One PostgreSQL instance in ``data_dir/postgresql``; a context manager that starts and stops it.

    Start it from the main thread: the server follows the thread that started it into death.

    Args:
        data_dir: Directory of ours; created when missing.
        pg_bin: Directory of other programs than those of the wheel.
        pg_user: Who runs it when we are root.
        preload: Library that it loads at its start.
        testing: Give up safety for speed.
        output: Where the server's messages go: a file, or ``subprocess.PIPE``. Default is the log file.
    """

    def __init__(
        self,
        data_dir: Path,
        *,
        pg_bin: Path | None = None,
        pg_user: str = "",
        preload: str = "",
        testing: bool = False,
        output: int | IO[bytes] | None = None,
    ) -> None:
        self.data_dir = data_dir.absolute()
        self.layout = ClusterLayout.inside(self.data_dir)
        self.testing = testing
        self.process: subprocess.Popen[bytes] | None = None
        self._pg_bin, self._pg_user, self._output = pg_bin, pg_user, output
        self._preload = preload

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def admin(self) -> DatabaseAddress:
        """The administrator's login, in parts."""
        return self.layout.admin_address()

    @property
    def admin_dsn(self) -> str:
        """The administrator's login as one address."""
        return self.admin.url

    def start(self) -> None:
        """Start it and wait until it answers; the first time, make it.

        Raises:
            EmbeddedPostgresError: It can't run here, or the directory is in use.
        """
        self.launch()
        self.wait_until_ready()

    def launch(self) -> subprocess.Popen[bytes]:
        """Start the server process without waiting for its answer.

        Returns:
            The process; with ``output=subprocess.PIPE`` its messages come from ``stdout``.

        Raises:
            EmbeddedPostgresError: It can't run here, or the directory is in use.
        """
        user = binaries.choose_user(self._pg_user)
        make_data_dir(self.data_dir)
        self._make_base(user)
        programs = binaries.find(self._pg_bin, user=user, copies=self.data_dir)
        with contextlib.ExitStack() as stack:
            lock = self._lock()
            stack.callback(os.close, lock)
            if not (self.layout.data / "PG_VERSION").exists():
                self._initdb(programs, user)
            self._check_version(programs)
            self._make_socket_dir(user)
            output = self._output
            if output is None:
                output = stack.enter_context(self.layout.log.open("wb"))
            self.process = subprocess.Popen(
                leash.command(self._server(programs), last_signal=signal.SIGINT, user=user),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd="/",
                env=_clean_environ(),
                pass_fds=[lock],  # the server's processes hold the lock, whatever becomes of us
                start_new_session=True,  # Ctrl-C is for us: web processes finish before the server stops
            )
        return self.process

    def in_use(self) -> bool:
        """Whether a server runs on this directory, ours or that of another process."""
        if not self.layout.lock.exists():
            return False
        with self.layout.lock.open("rb") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
        return False

    def answers(self) -> bool:
        """Whether the server takes logins now, by what it writes into its own lock file."""
        try:
            lines = (self.layout.data / "postmaster.pid").read_text("utf-8").splitlines()
        except FileNotFoundError:
            return False
        mine = self.process is not None and lines[:1] == [str(self.process.pid)]
        return mine and len(lines) > 7 and lines[7].strip() == "ready"

    def wait_until_ready(self) -> None:
        """Wait until the server takes logins.

        Raises:
            EmbeddedPostgresError: It ended, or took too long.
        """
        deadline = time.monotonic() + START_SECONDS
        while not self.answers():
            if self.process is None or self.process.poll() is not None:
                raise EmbeddedPostgresError(f"PostgreSQL ended while starting. {self._last_words()}")
            if time.monotonic() > deadline:
                self.stop()
                message = f"PostgreSQL did not answer in {START_SECONDS:.0f} s. {self._last_words()}"
                raise EmbeddedPostgresError(message)
            time.sleep(0.05)

    def stop(self) -> None:
        """Stop it: sessions are ended, everything is written, and no process is left."""
        process = self.process
        if process is None:
            return
        for last_signal, seconds in (
            (signal.SIGINT, FAST_STOP_SECONDS),
            (signal.SIGQUIT, 5.0),
            (signal.SIGKILL, 5.0),
        ):
            if process.poll() is None:
                process.send_signal(last_signal)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(seconds)
        self.process = None

    def _server(self, programs: binaries.Binaries) -> list[str]:
        """The server's command line; settings are given here so that a new release can change them."""
        directory = str(self.layout.socket_dir).replace('"', '""')
        settings = {**SETTINGS, **(TESTING_SETTINGS if self.testing else {})}
        settings["unix_socket_directories"] = f'"{directory}"'
        settings["shared_preload_libraries"] = self._preload
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return [programs.program("postgres"), "-D", str(self.layout.data), *options]

    def _make_base(self, user: leash.User | None) -> None:
        """Our directory; root keeps it, so that the server's user can't lead root astray with links in it."""
        base = self.layout.base
        base.mkdir(mode=0o711, exist_ok=True)
        if base.stat().st_uid != os.geteuid():
            raise EmbeddedPostgresError(
                f"{base} belongs to user id {base.stat().st_uid}. Run this as that user, or set ESELLER_DATA."
            )
        check_reach(base, user)

    def _lock(self) -> int:
        """A file descriptor that holds the directory's lock; waits a little for a server that is stopping."""
        lock = os.open(self.layout.lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        deadline = time.monotonic() + LOCK_SECONDS
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() > deadline:
                    os.close(lock)
                    raise EmbeddedPostgresError(
                        f"{self.layout.base} is in use: another PostgreSQL of ours runs there. "
                        "Stop that one first, or set ESELLER_DATA to another directory."
                    ) from None
                time.sleep(0.1)
            else:
                return lock

    def _initdb(self, programs: binaries.Binaries, user: leash.User | None) -> None:
        """Make the database cluster beside its place and move it there when it is whole."""
        password = secrets.token_hex(24)
        draft = self.layout.base / "data.new"
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        with tempfile.NamedTemporaryFile("w", dir=self.layout.base, prefix=".password-") as file:
            file.write(password + "\n")
            file.flush()
            if user:
                os.chown(draft, user.uid, user.gid)
                os.chown(file.name, user.uid, user.gid)
            options = [
                "--auth=scram-sha-256",
                f"--username={ADMIN}",
                f"--pwfile={file.name}",
                "--encoding=UTF8",
            ]
            options += ["--locale=C.UTF-8", "--data-checksums", *(["--no-sync"] if self.testing else [])]
            program = [programs.program("initdb"), "-D", str(draft), *options]
            done = subprocess.run(
                leash.command(program, last_signal=signal.SIGKILL, user=user),
                capture_output=True, text=True, errors="replace", cwd="/", env=_clean_environ(), timeout=120,
                check=False, start_new_session=True,
            )  # fmt: skip
        if done.returncode != 0:
            raise EmbeddedPostgresError(f"initdb failed: {done.stderr.strip()[-2000:]}")
        with os.fdopen(
            os.open(self.layout.password_file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w"
        ) as kept:
            kept.write(password + "\n")
        draft.rename(self.layout.data)

    def _check_version(self, programs: binaries.Binaries) -> None:
        made_by = int((self.layout.data / "PG_VERSION").read_text("ascii").strip())
        if made_by != programs.major:
            raise EmbeddedPostgresError(
                f"{self.layout.base} is of PostgreSQL {made_by}, {programs.path} holds {programs.major}. "
                f"Set ESELLER_PG_BIN to programs of {made_by}, or ESELLER_DATA elsewhere."
            )

    def _make_socket_dir(self, user: leash.User | None) -> None:
        """The directory of the socket, which nobody but the server's user (and root) may enter."""
        directory = self.layout.socket_dir
        owner = user.uid if user else os.geteuid()
        with contextlib.suppress(FileExistsError):
            directory.mkdir(mode=0o700)
            if user:
                os.chown(directory, user.uid, user.gid)
        found = directory.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != owner or found.st_mode & 0o077:
            raise EmbeddedPostgresError(
                f"{directory} is not a directory of PostgreSQL's user alone. Remove it."
            )

    def _last_words(self) -> str:
        """The end of the server's messages, when they went to the log file."""
        if self._output is not None or not self.layout.log.exists():
            return "Its messages tell why."
        return "It said: " + self.layout.log.read_bytes()[-2000:].decode(errors="replace").strip()


def check_reach(base: Path, user: leash.User | None) -> None:
    """Make sure that PostgreSQL's user can reach a directory.

    Raises:
        EmbeddedPostgresError: A directory on the way is closed to others.
    """
    closed = next((path for path in [base, *base.parents] if path.exists() and not _may_pass(path, user)), None)
    if user and closed:
        raise EmbeddedPostgresError(
            f"PostgreSQL runs as {user.name}, who can't reach {base}: {closed} is closed to others. "
            "Set ESELLER_DATA to a directory that others may pass, such as /var/lib/eseller/demo, "
            "or run this as an ordinary user."
        )


@contextlib.contextmanager
def temporary(*, pg_bin: Path | None = None) -> Iterator[EmbeddedPostgres]:
    """A running, empty, fast and unsafe instance in a directory of its own; everything is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="eseller-") as name:
        Path(name).chmod(0o711)
        with EmbeddedPostgres(Path(name), pg_bin=pg_bin, testing=True) as postgres:
            yield postgres


def _clean_environ() -> dict[str, str]:
    """What PostgreSQL's programs may know of our environment: nothing."""
    return {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"}


def _may_pass(path: Path, user: leash.User | None) -> bool:
    """Whether ``user`` may pass through the directory by its permission bits."""
    if user is None:
        return True
    found = path.stat()
    if found.st_uid == user.uid:
        return bool(found.st_mode & stat.S_IXUSR)
    if found.st_gid == user.gid:
        return bool(found.st_mode & stat.S_IXGRP)
    return bool(found.st_mode & stat.S_IXOTH)
