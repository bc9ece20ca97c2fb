"""The logins at the operations plane's own database: another server than that of the shops, with other passwords."""

from __future__ import annotations

import dataclasses

from eseller.cluster.address import DatabaseAddress, Role
from eseller.cluster.layout import ClusterLayout
from eseller.config.checks import ROLES, missing_login
from eseller.config.environment import Environment, derived

NAME = "operations"


@dataclasses.dataclass(frozen=True)
class OperationsLogins:
    """The roles at that server: ``owner`` migrates, ``web`` is what processes use, ``platform`` is not used."""

    env: Environment

    def role_url(self, role: Role) -> DatabaseAddress:
        """The login of a role.

        Raises:
            BadEnvironment: This process does not know it.
        """
        env = self.env
        if role == "web" and env.ops_database_web_url:
            return DatabaseAddress.parse(env.ops_database_web_url)
        if not env.secret or (env.ops_database_web_url and not env.ops_database_url):
            raise missing_login("OPS_DATABASE_WEB_URL")
        password = derived(env.secret, f"operations database role {ROLES[role]}")
        if env.ops_database_url:
            return dataclasses.replace(
                DatabaseAddress.parse(env.ops_database_url), user=ROLES[role], password=password
            )
        socket = ClusterLayout.inside(env.operations_dir).socket_dir
        return DatabaseAddress(host=str(socket), user=ROLES[role], password=password, name=NAME)

    def admin(self) -> DatabaseAddress:
        """The administrator's login.

        Raises:
            FileNotFoundError: The embedded PostgreSQL was never started.
        """
        if self.env.ops_database_url:
            return DatabaseAddress.parse(self.env.ops_database_url)
        return ClusterLayout.inside(self.env.operations_dir).admin_address()


def web_login(env: Environment) -> DatabaseAddress:
    """The login that processes of the operations plane use."""
    return OperationsLogins(env).role_url("web")
