"""What a process hands to those that it starts: the settings, and of the logins only those that they need."""

from __future__ import annotations

import dataclasses
import os
from typing import Any

from eseller.cluster.address import Role
from eseller.config.checks import ROLES
from eseller.config.environment import Environment, descriptions
from eseller.config.setting import CONFIG_VARIABLE


def handed(env: Environment, *roles: Role) -> dict[str, str]:
    """The environment of a process that is to have the logins of these roles.

    It gets all other settings as they were read here, so it needs no file, and neither the secret, from which every
    login follows, nor the administrator's login.

    Raises:
        BadEnvironment: We do not know a login ourselves.
    """
    logins: dict[str, Any] = {f"database_{role}_url": env.role_url(role).url if role in roles else "" for role in ROLES}
    narrowed = dataclasses.replace(env, secret="", database_url="", **logins)
    values = {about.variable: (getattr(narrowed, name), default) for name, about, default in descriptions()}
    ours = {variable: _text(value) for variable, (value, default) in values.items() if value != default}
    others = {name: value for name, value in os.environ.items() if name not in values and name != CONFIG_VARIABLE}
    return others | ours


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
