"""The settings of a node: typed, documented, read from the environment and one optional TOML file.

``load`` is pure but for that file. ``environment()`` is what the rest of the program uses: it is read once,
and outside production it makes the secret when there is none yet.
"""

from __future__ import annotations

import dataclasses
import hashlib
import hmac
import os
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from eseller.cluster.address import DatabaseAddress, Role
from eseller.cluster.layout import ClusterLayout
from eseller.cluster.local.layout import read as read_local_cluster
from eseller.config.checks import NO_LOGIN, ROLES, contradictions, missing_login, unknown_names
from eseller.config.data import default_data_dir, kept_secret, project_dir
from eseller.config.node_settings import NodeSettings
from eseller.config.operations_settings import OperationsSettings
from eseller.config.setting import (
    CONFIG_VARIABLE,
    BadEnvironment,
    Description,
    Problem,
    Unreadable,
)


@dataclass(frozen=True, kw_only=True)
class Environment(OperationsSettings, NodeSettings):
    """All settings of one node. Each field carries its documentation; see `descriptions`."""

    @property
    def embedded(self) -> bool:
        """Whether the database is the embedded one: no login at another is given."""
        return not (self.database_url or any(self._given(role) for role in ROLES))

    @property
    def prepares(self) -> bool:
        """Whether we have an administrator's login, with which to prepare the database."""
        return self.embedded or bool(self.database_url)

    @cached_property
    def cluster(self) -> ClusterLayout:
        """Where the embedded PostgreSQL keeps its things."""
        return ClusterLayout.inside(self.data_dir)

    @property
    def media_dir(self) -> Path:
        """Directory of the shops' images and files."""
        return self.data_dir / "media"

    @property
    def link_port(self) -> int:
        """Port of the links we hand out."""
        return self.public_port or self.port

    def link(self, host: str, path: str = "/") -> str:
        """An absolute address on one of our hosts; leaves out the scheme's usual port."""
        usual = {"http": 80, "https": 443}[self.scheme]
        port = "" if self.link_port == usual else f":{self.link_port}"
        return f"{self.scheme}://{host}{port}{path}"

    def private_port(self, index: int) -> int:
        """The private port of web process ``index``, counted from 0; workers come after the last of them."""
        return self.private_port_base + index

    @property
    def private_reached_at(self) -> str:
        """The address at which this machine reaches its private ports."""
        return "127.0.0.1" if self.private_host == "0.0.0.0" else self.private_host  # noqa: S104

    def admin_address(self) -> DatabaseAddress:
        """The administrator's login; that of the embedded PostgreSQL exists once it was made.

        Raises:
            FileNotFoundError: The embedded PostgreSQL was never started.
            BadEnvironment: Only logins of our own roles are given.
        """
        if self.database_url:
            return DatabaseAddress.parse(self.database_url)
        if not self.embedded:
            raise missing_login("DATABASE_URL")
        return self.cluster.admin_address()

    def knows(self, role: Role) -> bool:
        """Whether the login of ``role`` is given, or can be derived."""
        return bool(self._given(role) or (self.prepares and self.secret))

    def role_url(self, role: Role) -> DatabaseAddress:
        """The login of one of our three database roles, in parts (``.host``, ``.user`` …) and as ``.url``.

        Raises:
            BadEnvironment: This process does not know it.
        """
        if given := self._given(role):
            return DatabaseAddress.parse(given)
        if not self.knows(role):
            raise missing_login(f"DATABASE_{role.upper()}_URL")
        user = ROLES[role]
        password = derived(self.secret, f"database role {user}")
        if self.database_url:
            admin = DatabaseAddress.parse(self.database_url)
            return dataclasses.replace(admin, user=user, password=password)
        return DatabaseAddress(
            host=str(self.cluster.socket_dir), user=user, password=password, name="eseller"
        )

    def _given(self, role: Role) -> str:
        given: str = getattr(self, f"database_{role}_url")
        return given


def derived(secret: str, purpose: str) -> str:
    """A key for one purpose, from which the secret can't be found."""
    return hmac.new(secret.encode(), purpose.encode(), hashlib.sha256).hexdigest()


def descriptions() -> list[tuple[str, Description, Any]]:
    """All settings: field name, documentation, default; in the order in which they should be read."""
    return [
        (field.name, field.metadata["setting"], field.default) for field in dataclasses.fields(Environment)
    ]


def examine(
    environ: Mapping[str, str], *, project: Path | None = None, root: bool | None = None
) -> tuple[Environment, list[Problem]]:
    """Read the settings as far as they can be read, and list everything that is wrong with them."""
    project = project_dir() if project is None else project
    root = os.geteuid() == 0 if root is None else root
    problems: list[Problem] = []
    given = _from_file(environ.get(CONFIG_VARIABLE, ""), problems)
    values: dict[str, Any] = {"data_dir": default_data_dir(project, root=root)}
    for name, about, _ in descriptions():
        raw = environ.get(about.variable, given.pop(name, None))
        if raw is None:
            continue
        try:
            values[name] = about.read(raw.strip())
        except Unreadable as error:
            problems.append(
                Problem(code=error.code, setting=about.variable, message=error.message, remedy=error.remedy)
            )
    if values.get("production"):
        values.setdefault("mailbox_host", "")
    problems += unknown_names(environ, given, {about.variable: name for name, about, _ in descriptions()})
    environment = Environment(**values)
    return environment, problems + contradictions(environment)


def load(
    environ: Mapping[str, str],
    *,
    project: Path | None = None,
    root: bool | None = None,
    allowed: Collection[str] = (),
) -> Environment:
    """Read the settings from ``environ`` and the TOML file that ``ESELLER_CONFIG`` names.

    Args:
        environ: The variables, as in ``os.environ``.
        project: Directory that the default data directory belongs to; ours unless given.
        root: Whether we run as root; looked up unless given.
        allowed: Codes of what may be wrong all the same.

    Raises:
        BadEnvironment: Something is wrong; it carries all problems with their remedies.
    """
    environment, problems = examine(environ, project=project, root=root)
    stopping = [problem for problem in problems if problem.stops and problem.code not in allowed]
    if stopping:
        raise BadEnvironment(stopping)
    return environment


@lru_cache(maxsize=1)
def environment() -> Environment:
    """The settings of this process, read once, with all keys in place.

    Raises:
        BadEnvironment: As `load`.
    """
    return _with_keys(_with_local_cluster(load(os.environ)))


@lru_cache(maxsize=1)
def operations_environment() -> Environment:
    """The settings of a process of the operations plane, which has no login at the platform's database.

    Raises:
        BadEnvironment: As `load`.
    """
    return _with_keys(load(os.environ, allowed=(NO_LOGIN,)))


def _with_keys(loaded: Environment) -> Environment:
    if loaded.signing_key and not loaded.secret:
        return loaded
    secret = loaded.secret or kept_secret(loaded.data_dir)
    return dataclasses.replace(
        loaded,
        secret=secret,
        signing_key=loaded.signing_key or derived(secret, "signatures"),
        control_keys=loaded.control_keys or f"own:{derived(secret, 'control calls')}",
    )


def _with_local_cluster(loaded: Environment) -> Environment:
    """Use the local cluster that the data directory holds, where no other database is named."""
    local = read_local_cluster(loaded.data_dir) if loaded.embedded else None
    if local is None:
        return loaded
    patroni = loaded.cluster_patroni or local.patroni_urls
    return dataclasses.replace(loaded, database_url=local.admin().url, cluster_patroni=patroni)


def _from_file(name: str, problems: list[Problem]) -> dict[str, str]:
    """The values of the TOML file as text, keyed by field name."""
    if not name:
        return {}
    try:
        table = tomllib.loads(Path(name).expanduser().read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        problems.append(
            Problem(
                code="E006",
                setting=CONFIG_VARIABLE,
                message=f"{name} can't be read: {error}.",
                remedy="Name a TOML file with lines such as port = 8000.",
            )
        )
        return {}
    return {
        key: str(value).lower() if isinstance(value, bool) else str(value) for key, value in table.items()
    }
