"""Set what all shops share. Settings belong to the platform, hence its role."""

from collections.abc import Mapping
from typing import Any

from eseller.kernel.errors import EsellerError
from eseller.tenancy.models import PlatformSetting
from eseller.tenancy.platform_settings import PlatformSettings, is_setting, is_value
from eseller.tenancy.scope import PLATFORM, platform_transaction


class InvalidPlatformSetting(EsellerError):
    """The setting is not valid."""

    code = "invalid_platform_setting"


def set_platform_setting(*, key: str, value: Any, actor: str) -> None:
    """Set one of ``PlatformSettings``, as ``set_platform_settings``."""
    set_platform_settings(values={key: value}, actor=actor)


def set_platform_settings(*, values: Mapping[str, Any], actor: str) -> None:
    """Set some of ``PlatformSettings`` at once; None lets what holds without it hold again.

    Args:
        values: by name, as JSON values.
        actor: who does it.

    Raises:
        InvalidPlatformSetting: when there is no such setting, or it cannot have that value; then none is set.
    """
    check_platform_settings(values)
    with platform_transaction(actor=actor):
        for key, value in values.items():
            if value is None:
                PlatformSetting.objects.using(PLATFORM).filter(key=key).delete()
            else:
                PlatformSetting.objects.using(PLATFORM).update_or_create(key=key, defaults={"value": value})


def check_platform_settings(values: Mapping[str, Any]) -> None:
    """Refuse what ``set_platform_settings`` would refuse.

    Raises:
        InvalidPlatformSetting: as there; ``field`` names the setting.
    """
    for key, value in values.items():
        if not is_setting(key):
            names = ", ".join(PlatformSettings.__struct_fields__)
            raise InvalidPlatformSetting(f"There is no setting {key}; there are: {names}.", field="key")
        if value is not None and not is_value(key, value):
            raise InvalidPlatformSetting(f"The setting {key} cannot have this value.", field="value")
