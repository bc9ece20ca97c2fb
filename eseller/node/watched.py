"""What the watch of a platform looks at, by the settings."""

from __future__ import annotations

from urllib.parse import urlsplit, urlunsplit

from eseller.cluster.local import layout
from eseller.config.environment import Environment
from eseller.config.setting import split_addresses
from eseller.operations.watch.asking import Target
from eseller.operations.watch.probing import CacheServer, Look, Page, PatroniNode, Purchase, Shops

SERVER_EVERY, PAGE_EVERY = 2.0, 2.0
SHOPS_EVERY, PURCHASE_EVERY = 10.0, 60.0


def targets(env: Environment) -> list[Target]:
    """The processes to look at: those that are listed, or this node's web processes and its worker."""
    if env.watched:
        return [Target(host, port) for host, port in split_addresses(env.watched)]
    return [Target(env.private_reached_at, env.private_port(number)) for number in range(env.web_processes + 1)]


def looks(env: Environment) -> tuple[Look, ...]:
    """What else there is to look at: a page where the platform is on this machine, database nodes, caching server."""
    found: list[Look] = []
    if not env.watched:
        url = f"http://{env.backoffice_host}:{env.port}/sign-in"
        found.append(Page(name="The back office", url=url, every=PAGE_EVERY, component="backoffice"))
        host, port = env.private_reached_at, env.private_port(0)
        named = f"http://{f'[{host}]' if ':' in host else host}:{port}/shops"
        found.append(Shops(name="Shops by chance", url=named, every=SHOPS_EVERY, component="storefront"))
    if env.purchase_url:
        found.append(
            Purchase(name="A test purchase", url=env.purchase_url, every=PURCHASE_EVERY, component="payments")
        )
    for url in filter(None, env.cluster_patroni.split(",")):
        bare = _without_login(url)
        name = urlsplit(bare).netloc
        found.append(PatroniNode(name=name, url=bare, every=SERVER_EVERY, component="database"))
    if env.cache_url:
        bare = _without_login(env.cache_url)
        found.append(CacheServer(name=urlsplit(bare).netloc, url=bare, every=SERVER_EVERY, component="cache"))
    return tuple(found)


def watched_environ(env: Environment) -> dict[str, str]:
    """What the watch is told beyond the settings that every process gets: where Patroni is, without its login."""
    local = layout.read(env.data_dir)
    # Where a node may be added later, nobody answers yet.
    spares = {f"{node.host}:{node.rest_port}" for node in local.spares} if local else set()
    bare = (_without_login(url) for url in env.cluster_patroni.split(",") if url)
    urls = ",".join(url for url in bare if urlsplit(url).netloc not in spares)
    return {"CLUSTER_PATRONI": urls} if urls else {}


def _without_login(url: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
