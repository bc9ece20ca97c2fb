"""What a local cluster consists of, kept in one file: its nodes, their ports and its passwords."""

from __future__ import annotations

import os
import secrets
import tempfile
from dataclasses import replace
from pathlib import Path

import msgspec

from eseller.cluster.address import MAINTENANCE_DATABASE, DatabaseAddress
from eseller.kernel.errors import EsellerError

NAME = "eseller"
FOLDER = "cluster"
MOST = 5


class NoPlace(EsellerError):
    """The cluster has as many nodes as a local one can have."""

    code = "cluster_no_place"


class Node(msgspec.Struct, frozen=True):
    """One node.

    Attributes:
        name: its name, in Patroni as well.
        host: the address it listens at.
        port: of PostgreSQL.
        rest_port: of Patroni.
        agent_port: of the node's agent.
        namespace: network namespace in which all of it runs; empty: ours.
    """

    name: str
    host: str
    port: int
    rest_port: int
    agent_port: int
    namespace: str = ""


class Passwords(msgspec.Struct, frozen=True):
    """Of the cluster's own logins."""

    admin: str
    replication: str
    rewind: str
    patroni: str

    @classmethod
    def make(cls) -> Passwords:
        """Make new ones."""
        return cls(*(secrets.token_hex(24) for _ in cls.__struct_fields__))


class LocalCluster(msgspec.Struct, frozen=True):
    """All of it; made once for a data directory.

    Attributes:
        nodes: in the order in which they were added.
        etcd_host: where etcd listens.
        etcd_port: for Patroni.
        etcd_peer_port: for other etcds, of which there are none.
        passwords: of its logins.
        spares: places for nodes that may be added; the platform knows them from the beginning, since processes that
            run learn no new addresses.
    """

    nodes: tuple[Node, ...]
    etcd_host: str
    etcd_port: int
    etcd_peer_port: int
    passwords: Passwords
    spares: tuple[Node, ...] = ()

    @property
    def patroni_urls(self) -> str:
        """What CLUSTER_PATRONI is for it."""
        login = f"patroni:{self.passwords.patroni}"
        return ",".join(f"http://{login}@{node.host}:{node.rest_port}" for node in (*self.nodes, *self.spares))

    def node(self, name: str) -> Node:
        """Return a node.

        Raises:
            KeyError: there is none of that name.
        """
        return {node.name: node for node in self.nodes}[name]

    def with_one_more(self) -> LocalCluster:
        """The same with its first spare place taken.

        Raises:
            NoPlace: there is none.
        """
        if not self.spares:
            raise NoPlace
        new, *left = self.spares
        return msgspec.structs.replace(self, nodes=(*self.nodes, new), spares=tuple(left))

    def admin(self, *, database: str = NAME, primary: bool = True) -> DatabaseAddress:
        """The administrator's login at whichever node is primary now."""
        wish = (("target_session_attrs", "read-write"),) if primary else ()
        return DatabaseAddress(
            host=",".join(node.host for node in (*self.nodes, *self.spares)),
            port=",".join(str(node.port) for node in (*self.nodes, *self.spares)),
            user="postgres",
            password=self.passwords.admin,
            name=database,
            params=(("connect_timeout", "2"), *wish),
        )

    def admin_at(self, node: Node, *, database: str = MAINTENANCE_DATABASE) -> DatabaseAddress:
        """The administrator's login at one node."""
        whole = self.admin(database=database, primary=False)
        return replace(whole, host=node.host, port=str(node.port))


def folder(data_dir: Path) -> Path:
    """Where a data directory keeps its local cluster."""
    return data_dir / FOLDER


def read(data_dir: Path) -> LocalCluster | None:
    """Read what is kept; None where no local cluster was ever made, or this user may not know."""
    try:
        kept = (folder(data_dir) / "cluster.json").read_bytes()
    except (FileNotFoundError, PermissionError, NotADirectoryError):
        return None
    return msgspec.json.decode(kept, type=LocalCluster)


def write(data_dir: Path, cluster: LocalCluster) -> None:
    """Keep it, whole or not at all; only its owner may read it."""
    base = folder(data_dir)
    base.mkdir(mode=0o711, exist_ok=True)
    with tempfile.NamedTemporaryFile("wb", dir=base, prefix=".cluster-", delete=False) as file:
        file.write(msgspec.json.format(msgspec.json.encode(cluster)))
        file.flush()
        os.fsync(file.fileno())
    Path(file.name).rename(base / "cluster.json")
