"""The client of the caching server, as the settings of this node want it."""

from eseller.config.environment import Environment
from eseller.resilience.cache import CacheClient
from eseller.resilience.cache.address import CacheAddress


def cache_client(env: Environment) -> CacheClient | None:
    """A client that connects when it is first used; none where no caching server is named."""
    if not env.cache_url:
        return None
    return CacheClient(
        CacheAddress.parse(env.cache_url),
        prefix=env.cache_prefix,
        deadline=env.cache_deadline_ms / 1000,
        connections=env.cache_connections,
        largest=env.cache_max_value_kb * 1024,
    )
