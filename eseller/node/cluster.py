"""The local cluster of a node: made once, then started and kept running beside the platform."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator

from eseller.cluster.facts import BadAnswer, read_cluster
from eseller.cluster.figures import fence
from eseller.cluster.local import layout
from eseller.cluster.local.layout import MOST, LocalCluster, Node, Passwords
from eseller.cluster.local.nodes import LocalNodes, within
from eseller.cluster.patroni import Patroni, PatroniSilent
from eseller.config.data import project_dir
from eseller.config.environment import Environment
from eseller.node.program import Program, leashed
from eseller.node.rehearsal import free_ports
from eseller.node.sources import NoCluster
from eseller.node.supervisor import Supervisor

HOST = "127.0.0.1"
PORTS = 3
"""That a node takes."""
ETCD_SECONDS, CLUSTER_SECONDS = 20.0, 120.0
NODE_DELAY = 1.0
"""Seconds before a node that ended is started again, as its service manager does."""


def make_cluster(nodes: int) -> LocalCluster:
    """Decide on the ports and passwords of a new local cluster."""
    first = free_ports(2 + PORTS * MOST)
    made = [_node(n, first + 2 + PORTS * (n - 1)) for n in range(1, MOST + 1)]
    return LocalCluster(tuple(made[:nodes]), HOST, first, first + 1, Passwords.make(), tuple(made[nodes:]))


def _node(number: int, first: int) -> Node:
    return Node(f"node{number}", HOST, first, first + 1, first + 2)


class LateNodes:
    """Starts nodes that were added while the platform runs.

    Args:
        env: The settings.
        supervisor: Runs everything.
        known: Names of the nodes that run.
    """

    def __init__(self, env: Environment, supervisor: Supervisor, known: Iterable[str]) -> None:
        self._env, self._supervisor, self._known = env, supervisor, set(known)
        self._looked = time.monotonic()

    def __call__(self) -> None:
        """Look whether there is one, once in a while."""
        if time.monotonic() - self._looked < NODE_DELAY:
            return
        self._looked = time.monotonic()
        cluster = layout.read(self._env.data_dir)
        fresh = [node for node in cluster.nodes if node.name not in self._known] if cluster else []
        if cluster is None or not fresh:
            return
        self._known |= {node.name for node in fresh}
        nodes = _nodes(self._env, cluster)
        self._supervisor.start([*(_agent(self._env, nodes, one) for one in fresh), *_programs(nodes, fresh)])


@contextlib.contextmanager
def no_leftovers(env: Environment) -> Iterator[None]:
    """Leave no PostgreSQL of the local cluster behind: one outlives its Patroni when that had to be killed."""
    try:
        yield
    finally:
        cluster = layout.read(env.data_dir)
        for node in cluster.nodes if cluster else ():
            fence(layout.folder(env.data_dir) / node.name / "data")


def add_node(env: Environment) -> Node:
    """Add a node to the local cluster; the platform that runs starts it within seconds. Returns it.

    Raises:
        NoCluster: There is no local cluster here.
        NoPlace: It has as many nodes as it can have.
    """
    cluster = layout.read(env.data_dir)
    if cluster is None:
        raise NoCluster("There is no local cluster here. Start one: eseller cluster up --local")
    more = cluster.with_one_more()
    layout.write(env.data_dir, more)
    return more.nodes[-1]


def _nodes(env: Environment, cluster: LocalCluster) -> LocalNodes:
    return LocalNodes(env.data_dir, cluster, project=project_dir(), pg_bin=env.pg_bin, pg_user=env.pg_user)


def _programs(nodes: LocalNodes, started: Iterable[Node]) -> Iterator[Program]:
    def starter(node: Node) -> Callable[[], subprocess.Popen[bytes]]:
        return lambda: nodes.start_node(node)

    for node in started:
        yield Program(
            name=node.name, start=starter(node), colour="blue", stop_seconds=20.0, longest_delay=NODE_DELAY
        )


def start_cluster(env: Environment, cluster: LocalCluster, supervisor: Supervisor) -> LateNodes:
    """Start etcd and the nodes, and wait until commits are kept twice; returns what starts nodes that are added later.

    Raises:
        ProgramsMissing: Patroni or etcd is.
        EmbeddedPostgresError: PostgreSQL can't run here.
        StartFailed: It took too long.
        StopRequested: A stop signal came.
    """
    nodes = _nodes(env, cluster)
    nodes.release_all()
    asked = Patroni.of(cluster.patroni_urls)
    supervisor.start([Program(name="etcd", start=nodes.start_etcd, colour="blue")])
    supervisor.wait(nodes.etcd_answers, seconds=ETCD_SECONDS, what="etcd", others=False)
    supervisor.start(_agent(env, nodes, node) for node in cluster.nodes)
    supervisor.start(_programs(nodes, cluster.nodes))

    def kept_twice() -> bool:
        try:
            told = read_cluster(asked.cluster())
        except (PatroniSilent, BadAnswer):
            return False
        return told.leader() is not None and any(member.role.is_confirmed for member in told.members)

    supervisor.wait(kept_twice, seconds=CLUSTER_SECONDS, what="the cluster")
    return LateNodes(env, supervisor, [node.name for node in cluster.nodes])


def _agent(env: Environment, nodes: LocalNodes, node: Node) -> Program:
    options = {"data": nodes.data(node), "host": node.host, "port": node.agent_port}
    arguments = [part for name, value in options.items() for part in (f"--{name}", str(value))]
    command = [sys.executable, "-m", "eseller.node.agent", *arguments]
    environ = {"PATH": os.environ.get("PATH", ""), "ESELLER_CONTROL_KEYS": env.control_keys}

    def start() -> subprocess.Popen[bytes]:
        nodes.own(node)
        return leashed(command, environ, before=within(node))

    return Program(name=f"agent.{node.name[-1]}", start=start, colour="grey", longest_delay=NODE_DELAY)
