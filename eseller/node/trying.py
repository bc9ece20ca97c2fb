"""Control calls with which one web process tries settings, see ``eseller.node.settings_change``."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from eseller.node.control import Call, verb
from eseller.tenancy import platform_settings


class Try(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is tried, and for how long at most: whoever asked for it may die meanwhile."""

    settings: platform_settings.PlatformSettings
    seconds: Annotated[float, Meta(gt=0, le=900)]


@verb("settings")
def _settings(_asked: Call) -> dict[str, Any]:
    """Tell the settings that the process goes by."""
    return {
        "settings": msgspec.to_builtins(platform_settings.platform_settings()),
        "trying": platform_settings.is_trying(),
    }


@verb("try-settings", Try)
def _try(asked: Call) -> dict[str, Any]:
    """Go by some settings for a while."""
    wanted: Try = asked.arguments
    platform_settings.try_settings(wanted.settings, seconds=wanted.seconds)
    return {"seconds": wanted.seconds}


@verb("end-trial")
def _end(_asked: Call) -> dict[str, Any]:
    """Go by the settings of all again."""
    return {"ended": platform_settings.end_trial()}
