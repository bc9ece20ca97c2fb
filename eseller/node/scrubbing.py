"""Nodes of the cluster that the settings name, read through and built anew."""

from __future__ import annotations

from collections.abc import Callable

from eseller.cluster import binaries
from eseller.cluster.facts import Cluster, Member
from eseller.cluster.gather import Sources, ask_patroni
from eseller.cluster.patroni import Endpoint
from eseller.cluster.scrub import Scrub, Scrubs, scrub
from eseller.config.environment import Environment
from eseller.kernel.errors import EsellerError

REBUILD_SECONDS = 30.0
Say = Callable[[str], None]


class NoSuchNode(EsellerError):
    """The cluster has no such node. See them with: eseller cluster status."""

    code = "cluster_unknown_node"


def scrub_nodes(env: Environment, sources: Sources, name: str = "", *, say: Say = lambda _: None) -> list[Scrub]:
    """Read nodes through, one after another, and write down what comes of it.

    Args:
        env: The settings.
        sources: Whom to ask.
        name: of the node; without it all secondaries, and then the primary.
        say: Told which one is read.

    Raises:
        NoSuchNode: There is none of that name, or nobody knows of any.
        EmbeddedPostgresError: PostgreSQL's programs can't be run.
    """
    cluster = _cluster(sources)
    leader = cluster.leader()
    wanted = sorted((_named(cluster, name),) if name else cluster.members, key=lambda member: member is leader)
    program = binaries.find(env.pg_bin, user=None, copies=env.data_dir).path / "pg_basebackup"
    kept, found = Scrubs(env.data_dir), []
    for member in wanted:
        say(f"reading {member.name}")
        done = scrub(member.name, sources.at(member), program=program, gently=member is leader)
        kept.add(done)
        found.append(done)
    return found


def rebuild(sources: Sources, name: str) -> str:
    """Have a secondary's data thrown away and copied anew; returns Patroni's words.

    Raises:
        NoSuchNode: There is none of that name.
        PatroniRefused, PatroniSilent: It does not do it; a primary is never thrown away.
    """
    member = _named(_cluster(sources), name)
    if not member.rest:
        raise NoSuchNode(f"Patroni does not tell where {name} answers.")
    return sources.patroni.rebuild(name, Endpoint.parse(member.rest), seconds=REBUILD_SECONDS)


def _cluster(sources: Sources) -> Cluster:
    cluster, _ = ask_patroni(sources.patroni)
    if cluster is None:
        raise NoSuchNode("Patroni does not answer, so nobody knows of any node: eseller cluster status")
    return cluster


def _named(cluster: Cluster, name: str) -> Member:
    found = next((member for member in cluster.members if member.name == name), None)
    if found is None:
        raise NoSuchNode
    return found
