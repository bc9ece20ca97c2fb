"""Backups of the cluster that the settings name, taken and proved."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from eseller.cluster import binaries, leash
from eseller.cluster.address import DatabaseAddress
from eseller.cluster.backup.barman import Backup, Barman, BarmanFailed
from eseller.cluster.backup.catalogue import Catalogue, Proof
from eseller.cluster.backup.prove import CantProve, archived, mark, prove
from eseller.cluster.backup.restored import restored
from eseller.cluster.gather import Sources, gather
from eseller.cluster.local import layout
from eseller.cluster.local.nodes import LocalNodes
from eseller.config.data import project_dir
from eseller.config.environment import Environment
from eseller.kernel.errors import EsellerError

MARK_SECONDS = 600.0
Say = Callable[[str], None]


class NoSuchBackup(EsellerError):
    """There is no backup of that name. See them with: eseller cluster backups."""

    code = "backup_unknown"


@dataclass(frozen=True)
class Means:
    """What backups are made and proved with.

    Attributes:
        barman: Takes and restores them.
        binaries: PostgreSQL's programs, to start a restored one.
        user: Who runs both, where we are root.
        room: Directory of theirs, in which scratch copies are made.
        log: What a restored PostgreSQL says.
    """

    barman: Barman
    binaries: binaries.Binaries
    user: leash.User | None
    room: Path
    log: Path

    @contextlib.contextmanager
    def started(self, data: Path, admin: DatabaseAddress) -> Iterator[DatabaseAddress]:
        """Start what was restored."""
        with restored(data, admin, binaries=self.binaries, user=self.user, log=self.log) as address:
            yield address


def means(env: Environment) -> Means:
    """Find Barman and PostgreSQL's programs: those of the local cluster, or this host's own.

    On a host of its own, Barman is in the path and calls our database ``eseller``; ESELLER_PG_BIN names the programs.
    """
    local = layout.read(env.data_dir)
    if local is not None and env.database_url == local.admin().url:
        nodes = LocalNodes(env.data_dir, local, project=project_dir(), pg_bin=env.pg_bin, pg_user=env.pg_user)
        return Means(nodes.barman(), nodes.binaries, nodes.user, nodes.barman_home, nodes.base / "restored.log")
    user = binaries.choose_user(env.pg_user)
    programs = binaries.find(env.pg_bin, user=user, copies=env.data_dir)
    room = env.data_dir / "restored"
    room.mkdir(mode=0o700, exist_ok=True)
    environ = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C.UTF-8", "HOME": str(Path.home())}
    return Means(Barman(("barman",), environ), programs, user, room, env.data_dir / "restored.log")


def take(env: Environment, sources: Sources, *, say: Say = lambda _: None) -> Proof:
    """Take a backup and prove it.

    Raises:
        BarmanFailed, CantProve: it could not be taken, or nothing to compare it with is there.
    """
    tools = means(env)
    say("taking the backup")
    return check(env, sources, tools.barman.backup(), tools=tools, say=say)


def check(
    env: Environment, sources: Sources, name: str, *, tools: Means | None = None, say: Say = lambda _: None
) -> Proof:
    """Prove a backup, and write down what came of it.

    Raises:
        NoSuchBackup: there is none of that name.
        BarmanFailed, CantProve: nothing to compare it with is there.
    """
    tools = tools or means(env)
    backup = named(tools, name)
    database = env.role_url("web").name
    facts = gather(sources)
    members = facts.cluster.members if facts.cluster else ()
    leader = facts.cluster.leader() if facts.cluster else None
    secondary = next((member for member in members if member.role.is_confirmed), None)
    if leader is None or secondary is None:
        raise CantProve("It takes a primary and a secondary that is in sync to compare a backup with.")
    say(f"summing up the ledger of {secondary.name}")
    lsn, expected = mark(sources.at(secondary, database=database), seconds=MARK_SECONDS)
    say("waiting for its WAL")
    archived(sources.at(leader), tools.barman, lsn)
    proof = prove(
        backup, tools.barman, lsn=lsn, expected=expected, scratch=tools.room / f"proof-{backup.name}",
        started=lambda data: tools.started(data, sources.admin.at(database)), say=say,
    )  # fmt: skip
    Catalogue(env.data_dir).add(proof)
    return proof


def named(tools: Means, name: str) -> Backup:
    """Return a backup by its name, or ``latest``.

    Raises:
        NoSuchBackup: there is none.
        BarmanFailed: nobody can tell.
    """
    found = [one for one in tools.barman.backups() if name in ("latest", one.name)]
    if not found:
        raise NoSuchBackup
    return found[0]


def restore(env: Environment, name: str, target: Path, *, time: str = "", say: Say = lambda _: None) -> Backup:
    """Restore a backup to a directory, up to a moment or to the end, for a server that somebody else starts.

    Raises:
        BarmanFailed: Barman refuses.
        NoSuchBackup: there is none of that name.
    """
    if target.exists() and any(target.iterdir()):
        raise BarmanFailed(f"{target} is not empty. Name a directory that is not there yet.")
    tools = means(env)
    backup = named(tools, name)
    say("taking in the WAL that has arrived")
    tools.barman.archive()
    say(f"restoring {backup.name}")
    tools.barman.restore(backup.name, target, time=time)
    return backup
