"""Settings that all shops share. Each is a field here; operators set them, snapshots bring them to every process.

A process may try others for a while before they are set, see ``try_settings``.
"""

import threading
from collections.abc import Callable
from typing import Annotated, Any, get_type_hints

import msgspec
from msgspec import Meta

from eseller.resilience.records.fields import Labels
from eseller.tenancy.snapshots import active


class PlatformSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What may be set, with what holds where nothing is.

    Attributes:
        office_notice: shown on every page of the back offices, by language; such as when works are due.
        checkout_notice: shown at the checkout of all shops, by language; such as that parcels are late.
        registrations_open: whether customers may open accounts; false while somebody opens them by the thousand.
        page_seconds: how long a page that nothing has changed is fresh; None for what the environment of a node says,
            as in all that follow.
        cache_deadline_ms: how long a request waits for the caching server.
        cache_connections: to the caching server, of one process.
        cache_prefix: before all keys in the caching server.
        cache_max_value_kb: the largest value that is put there.
    """

    office_notice: Labels = {}
    checkout_notice: Labels = {}
    registrations_open: bool = True
    page_seconds: Annotated[int, Meta(ge=0, le=10**8)] | None = None
    cache_deadline_ms: Annotated[int, Meta(ge=1, le=60_000)] | None = None
    cache_connections: Annotated[int, Meta(ge=1, le=10_000)] | None = None
    cache_prefix: Annotated[str, Meta(max_length=40, pattern="^[a-z0-9:_-]*$")] | None = None
    cache_max_value_kb: Annotated[int, Meta(ge=1, le=512 * 1024)] | None = None


DEFAULTS = PlatformSettings()
TUNING = ("page_seconds", "cache_deadline_ms", "cache_connections", "cache_prefix", "cache_max_value_kb")
"""Settings whose fault no single page shows, but traffic: they change only after one process has tried them."""
_TYPES = get_type_hints(PlatformSettings, include_extras=True)
Listener = Callable[[PlatformSettings], object]


class _Process:
    def __init__(self) -> None:
        self.tried: PlatformSettings | None = None
        self.told: PlatformSettings | None = None
        self.end: threading.Timer | None = None
        self.listeners: list[Listener] = []
        # A listener may take a moment, and settings may change twice in it.
        self.lock = threading.RLock()


_process = _Process()


def platform_settings() -> PlatformSettings:
    """Return the settings that this process goes by."""
    if _process.tried is not None:
        return _process.tried
    snapshot = active.current()
    found = snapshot.part("settings") if snapshot is not None else None
    return found if isinstance(found, PlatformSettings) else DEFAULTS


def try_settings(settings: PlatformSettings, *, seconds: float) -> None:
    """Let this process alone go by some settings for so long, or until ``end_trial``; a later trial ends this one."""
    with _process.lock:
        _stop_timer()
        _process.tried = settings
        _process.end = threading.Timer(seconds, end_trial)
        _process.end.daemon = True
        _process.end.start()
        tell_listeners()


def end_trial() -> bool:
    """Go by the settings of the snapshot again; return whether others were tried."""
    with _process.lock:
        _stop_timer()
        was, _process.tried = _process.tried, None
        tell_listeners()
        return was is not None


def is_trying() -> bool:
    """Tell whether this process goes by settings that it tries."""
    return _process.tried is not None


def listen(listener: Listener) -> None:
    """Tell something the settings that this process goes by, now and whenever they change."""
    with _process.lock:
        _process.listeners.append(listener)
        listener(platform_settings())


def tell_listeners() -> None:
    """Tell listeners of settings that have changed; call it when there may be another snapshot."""
    with _process.lock:
        settings = platform_settings()
        if settings != _process.told:
            _process.told = settings
            for listener in _process.listeners:
                listener(settings)


def _stop_timer() -> None:
    if _process.end is not None:
        _process.end.cancel()
        _process.end = None


def notice(words: Labels, language: str) -> str:
    """Return a notice in a language, else in English; empty where there is none."""
    return words.get(language, words.get("en", ""))


def is_setting(key: str) -> bool:
    """Tell whether there is such a setting."""
    return key in _TYPES


def is_value(key: str, value: Any) -> bool:
    """Tell whether a setting may have a value, given as JSON values."""
    try:
        typed(key, value)
    except (KeyError, msgspec.ValidationError):
        return False
    return True


def typed(key: str, value: Any) -> Any:
    """Return the value of a setting.

    Raises:
        KeyError: when there is no such setting.
        msgspec.ValidationError: when it cannot be that.
    """
    return msgspec.convert(value, _TYPES[key])
