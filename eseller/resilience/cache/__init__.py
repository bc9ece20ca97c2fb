"""Client of a Valkey or Redis server that speeds things up and that nothing depends on."""

from eseller.resilience.cache.client import CacheClient
from eseller.resilience.cache.figures import CacheFigures

__all__ = ["CacheClient", "CacheFigures"]
