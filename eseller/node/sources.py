"""Whom to ask about the cluster that the settings name."""

from __future__ import annotations

from eseller.cluster.backup.catalogue import Catalogue
from eseller.cluster.gather import Sources
from eseller.cluster.patroni import Patroni
from eseller.cluster.scrub import Scrubs
from eseller.config.environment import environment
from eseller.kernel.errors import EsellerError


class NoCluster(EsellerError):
    """The settings name no cluster. Set CLUSTER_PATRONI and DATABASE_URL, or rehearse with `cluster up --local`."""

    code = "no_cluster"


def sources() -> Sources:
    """Return whom to ask.

    Raises:
        NoCluster: the settings name none.
    """
    env = environment()
    if not env.cluster_patroni or not env.database_url:
        raise NoCluster
    backups, scrubs = Catalogue(env.data_dir), Scrubs(env.data_dir)
    return Sources(Patroni.of(env.cluster_patroni), env.admin_address(), backups.age, scrubs.last)
