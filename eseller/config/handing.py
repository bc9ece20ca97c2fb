"""What a process hands to those that it starts: the settings, and of the logins only those that they need."""

from __future__ import annotations

import dataclasses
import os
from typing import Any

from eseller.cluster.address import Role
from eseller.config.checks import ROLES
from eseller.config.environment import Environment, descriptions
from eseller.config.operations_logins import web_login
from eseller.config.setting import CONFIG_VARIABLE


def handed(env: Environment, *roles: Role, operations: bool = False) -> dict[str, str]:
    """The environment of a process that is to have the logins of these roles.

    It gets all other settings as they were read here, so it needs no file, and neither the secret, from which every
    login follows, nor the administrator's logins at the database and at Patroni.

    Args:
        env: The settings.
        roles: Whose logins at the shops' database it has.
        operations: Whether it has the login at the database of the operations plane.

    Raises:
        BadEnvironment: We do not know a login ourselves.
    """
    logins: dict[str, Any] = {f"database_{role}_url": env.role_url(role).url if role in roles else "" for role in ROLES}
    logins["ops_database_web_url"] = web_login(env).url if operations else ""
    narrowed = dataclasses.replace(env, secret="", database_url="", ops_database_url="", cluster_patroni="", **logins)
    values = {about.variable: (getattr(narrowed, name), default) for name, about, default in descriptions()}
    ours = {variable: _text(value) for variable, (value, default) in values.items() if value != default}
    others = {name: value for name, value in os.environ.items() if name not in values and name != CONFIG_VARIABLE}
    return others | ours


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
