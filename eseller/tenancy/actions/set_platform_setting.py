"""Set what all shops share. Settings belong to the platform, hence its role."""

from typing import Any

from eseller.kernel.errors import EsellerError
from eseller.tenancy.models import PlatformSetting
from eseller.tenancy.platform_settings import PlatformSettings, is_setting, is_value
from eseller.tenancy.scope import PLATFORM, platform_transaction


class InvalidPlatformSetting(EsellerError):
    """The setting is not valid."""

    code = "invalid_platform_setting"


def set_platform_setting(*, key: str, value: Any, actor: str) -> None:
    """Set one of ``PlatformSettings``; None lets what holds without it hold again.

    Args:
        key: its name.
        value: as JSON values.
        actor: who does it.

    Raises:
        InvalidPlatformSetting: when there is no such setting, or it cannot have that value.
    """
    if not is_setting(key):
        names = ", ".join(PlatformSettings.__struct_fields__)
        raise InvalidPlatformSetting(f"There is no such setting; there are: {names}.", field="key")
    if value is not None and not is_value(key, value):
        raise InvalidPlatformSetting("The setting cannot have this value.", field="value")
    with platform_transaction(actor=actor):
        if value is None:
            PlatformSetting.objects.using(PLATFORM).filter(key=key).delete()
        else:
            PlatformSetting.objects.using(PLATFORM).update_or_create(key=key, defaults={"value": value})
