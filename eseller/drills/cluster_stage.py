"""What drills of the database work on: a platform on a cluster of its own, with the demo in it."""

from __future__ import annotations

import contextlib
import http.client
import itertools
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import psycopg

from eseller.cluster.facts import Cluster, Facts, Member
from eseller.cluster.figures import family, postmaster
from eseller.cluster.gather import Sources, gather
from eseller.cluster.layout import make_data_dir
from eseller.cluster.local import layout
from eseller.cluster.local.layout import LocalCluster
from eseller.cluster.local.nodes import HELD
from eseller.cluster.patroni import Patroni
from eseller.cluster.scrub import Scrubs
from eseller.drills.buying import MAIL, Buyers
from eseller.drills.hosts import Hosts
from eseller.drills.measuring import until
from eseller.drills.rehearsal import DemoShop, Say
from eseller.drills.volumes import Volume, volumes
from eseller.node.rehearsal import Running, in_platform, platform

_ORDERS = "SELECT email FROM orders_order WHERE email LIKE %s"
SETTLE_SECONDS = 60.0


class Ledger(msgspec.Struct, frozen=True, kw_only=True):
    """What became of the orders that somebody knows of.

    Attributes:
        attempted: purchases for which an order was sent.
        acknowledged: those that were answered with a confirmation.
        found: orders that are in the database.
        lost: acknowledged and not there.
        invented: there and sent by nobody.
        doubled: there more than once.
    """

    attempted: int
    acknowledged: int
    found: int
    lost: int
    invented: int
    doubled: int

    @property
    def is_right(self) -> bool:
        """Whether nothing is lost, invented or doubled."""
        return not (self.lost or self.invented or self.doubled)


class ClusterStage(msgspec.Struct, frozen=True):
    """A running platform on a local cluster, its shops, and the disks of its own that it has been given."""

    running: Running
    shops: tuple[DemoShop, ...]
    cluster: LocalCluster
    volumes: dict[str, Volume] = {}

    @property
    def data_dir(self) -> Path:
        """The platform's data directory."""
        return Path(self.running.environment["ESELLER_DATA"])

    def sources(self) -> Sources:
        """Whom to ask; there are no backups."""
        scrubs = Scrubs(self.data_dir)
        return Sources(Patroni.of(self.cluster.patroni_urls), self.cluster.admin(), lambda: None, scrubs.last)

    def facts(self) -> Facts:
        """Ask everybody."""
        return gather(self.sources())

    def known(self) -> Cluster:
        """What Patroni says; empty where it is silent."""
        return self.facts().cluster or Cluster(())

    def leader(self) -> str:
        """The name of the primary; empty where there is none."""
        leader = self.known().leader()
        return leader.name if leader else ""

    def confirmed(self) -> list[Member]:
        """The secondaries that commits wait for."""
        return [member for member in self.known().members if member.role.is_confirmed]

    def wait_until_well(self) -> float:
        """Wait until there is a primary, and all secondaries are confirmed.

        Returns:
            After how many seconds; infinity: not in time.
        """
        wanted = len(self.cluster.nodes) - 1

        def well() -> bool:
            facts = self.facts()
            streaming = [replica for replica in facts.replicas or () if replica.streaming and replica.confirmed]
            return facts.cluster is not None and facts.cluster.leader() is not None and len(streaming) >= wanted

        return until(well, most=SETTLE_SECONDS)

    def do(self, sql: str, values: Any = None, *, at: str = "") -> list[tuple[Any, ...]]:
        """Do what an administrator does in psql, at the primary or at a node."""
        address = self.cluster.admin()
        if at:
            address = self.cluster.admin_at(self.cluster.node(at), database=layout.NAME)
        with psycopg.connect(address.url, autocommit=True) as hand:
            cursor = hand.execute(sql.encode(), values)
            return list(cursor.fetchall()) if cursor.description else []

    def data(self, node: str) -> Path:
        """PostgreSQL's data directory of a node."""
        return layout.folder(self.data_dir) / node / "data"

    def postgres(self, node: str) -> list[int]:
        """Process ids of a node's PostgreSQL, the postmaster first."""
        pid = postmaster(self.data(node))
        return family(pid) if pid else []

    def patroni(self, node: str) -> list[int]:
        """Process ids of a node's Patroni."""
        told = os.fsencode(str(layout.folder(self.data_dir) / f"{node}.yml"))
        found = []
        for entry in Path("/proc").iterdir():
            with contextlib.suppress(OSError):
                if entry.name.isdigit() and told in (entry / "cmdline").read_bytes().split(b"\0"):
                    found.append(int(entry.name))
        return found

    def kill_node(self, node: str) -> None:
        """Make a node seem dead: all of it ends at once, and stays away until it is let back."""
        (layout.folder(self.data_dir) / f"{node}.{HELD}").touch()
        send(signal.SIGKILL, [*self.patroni(node), *self.postgres(node)])

    def let_back(self, node: str) -> None:
        """Let a node start again."""
        (layout.folder(self.data_dir) / f"{node}.{HELD}").unlink(missing_ok=True)

    def page(self, host: str, path: str, *, seconds: float = 20.0) -> tuple[int, float]:
        """Get a page; returns its status, 0 without an answer, and the seconds that it took."""
        began = time.monotonic()
        connection = http.client.HTTPConnection("127.0.0.1", self.running.port, timeout=seconds)
        try:
            connection.request("GET", path, headers={"Host": host})
            answer = connection.getresponse()
            answer.read()
            status = answer.status
        except (OSError, http.client.HTTPException):
            status = 0
        finally:
            connection.close()
        return status, time.monotonic() - began

    def buyers(self, *, buyers: int = 6, pause: float = 0.1, patience: int = 40, seconds: float = 20.0) -> Buyers:
        """Buyers in all shops, who send an order again until it is answered."""
        return Buyers(self.running.port, self.shops, buyers=buyers, pause=pause, patience=patience, seconds=seconds)

    def ledger(self, *buyers: Buyers) -> Ledger:
        """Compare what all buyers that ever were know with the database; call it when they have gone."""
        present = [email for (email,) in self.do(_ORDERS, [MAIL])]
        once = set(present)
        attempted = {mail for some in buyers for mail in some.attempted}
        acknowledged = {mail for some in buyers for mail in some.acknowledged}
        return Ledger(
            attempted=len(attempted),
            acknowledged=len(acknowledged),
            found=len(once & attempted),
            lost=len(acknowledged - once),
            invented=len(once - attempted),
            doubled=len(present) - len(once),
        )


def send(number: signal.Signals, processes: list[int]) -> None:
    """Send a signal to processes, those that are gone left out."""
    for pid in processes:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)


def pause_in_orders(buyers: Buyers, since: float) -> float:
    """Return the longest time, in seconds, in which nobody was told of an order, from a moment until now."""
    end = time.monotonic()
    moments = sorted([since, *(at for at in list(buyers.acknowledged.values()) if since < at < end), end])
    return round(max(later - earlier for earlier, later in itertools.pairwise(moments)), 2)


@contextmanager
def cluster_stage(
    say: Say, *, nodes: int = 3, hosts: Hosts | None = None, disks: bool = False, **settings: str
) -> Iterator[ClusterStage]:
    """Start a platform on a cluster of its own, fill it with the demo, and take it all away afterwards.

    Args:
        say: told what goes on.
        nodes: of the cluster.
        hosts: to run them on, instead of all on this one.
        disks: whether the first node and the archive have small disks of their own.
        settings: of the platform, by variable.
    """
    say("starting a platform on a cluster of its own")
    command = ("cluster", "up", "--local", "--nodes", str(nodes))
    made: dict[str, Volume] = {}

    @contextmanager
    def around(data_dir: Path) -> Iterator[None]:
        make_data_dir(data_dir)
        if hosts is not None:
            layout.write(data_dir, hosts.cluster())
        if not disks:
            yield
            return
        layout.folder(data_dir).mkdir(mode=0o711)
        with volumes(layout.folder(data_dir)) as found:
            made.update(found)
            yield

    with platform(processes=2, threads=4, command=command, around=around, **settings) as running:
        say("filling it with the demo")
        told = in_platform(running, "eseller.drills.filling")
        shops = msgspec.convert(told["shops"], tuple[DemoShop, ...])
        cluster = layout.read(Path(running.environment["ESELLER_DATA"]))
        if cluster is None:
            raise AssertionError("the platform has made no cluster")
        here = ClusterStage(running, shops, cluster, made)
        # Goods without an end; what is on hand stays what its movements say.
        variants = [shop.variant for shop in shops]
        here.do("UPDATE inventory_stockitem SET backorder = true WHERE variant_id = ANY(%s)", [variants])
        yield here
