"""Settings that all shops share. Each is a field here; operators set them, snapshots bring them to every process."""

from typing import Any, get_type_hints

import msgspec

from eseller.resilience.records.fields import Labels
from eseller.tenancy.snapshots import active


class PlatformSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What may be set, with what holds where nothing is.

    Attributes:
        office_notice: shown on every page of the back offices, by language; such as when works are due.
        checkout_notice: shown at the checkout of all shops, by language; such as that parcels are late.
        registrations_open: whether customers may open accounts; false while somebody opens them by the thousand.
    """

    office_notice: Labels = {}
    checkout_notice: Labels = {}
    registrations_open: bool = True


DEFAULTS = PlatformSettings()
_TYPES = get_type_hints(PlatformSettings, include_extras=True)


def platform_settings() -> PlatformSettings:
    """Return the settings that this process goes by."""
    snapshot = active.current()
    found = snapshot.part("settings") if snapshot is not None else None
    return found if isinstance(found, PlatformSettings) else DEFAULTS


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
