"""The settings of the operations plane's processes, one field each; see `eseller.config.environment`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from eseller.config.setting import addresses, folder_or_none, port_number, setting, text, truth, url


@dataclass(frozen=True, kw_only=True)
class OperationsSettings:
    """What the operations plane is told. Each field carries its documentation."""

    watch: bool = setting(
        "ESELLER_WATCH",
        True,
        "Whether `eseller up` runs the watch beside the node: it looks every second, and tells people what is wrong.",
        example="false",
        read=truth,
    )
    watch_port: int = setting(
        "ESELLER_WATCH_PORT",
        8190,
        "Private port of the watch, where commands and the console ask it.",
        example="8190",
        read=port_number,
    )
    watched: str = setting(
        "ESELLER_WATCHED",
        "",
        "Private ports of all processes that the watch looks at, as HOST:PORT with commas between.",
        example="10.0.0.5:8100,10.0.0.5:8101,10.0.0.5:8102",
        read=addresses,
        default_text="empty: the web processes and the worker of this node",
    )
    people: Path | None = setting(  # noqa: RUF009 - makes a field
        "ESELLER_PEOPLE",
        None,
        "TOML file of who is told of alerts, by which ways and in which order; of pages and jobs to watch.",
        example="/etc/eseller/people.toml",
        read=folder_or_none,
        default_text="empty: messages are kept in mailboxes on this machine",
    )
    heartbeat_url: str = setting(
        "ESELLER_HEARTBEAT_URL",
        "",
        "Address elsewhere that the watch asks for once a minute; who misses it knows that the watch is silent.",
        example="https://heartbeats.example/ping/3f2a",
        read=url("http", "https"),
        secret=True,
        default_text="empty: nobody watches the watch",
    )
    purchase_url: str = setting(
        "ESELLER_PURCHASE_URL",
        "",
        "Page of the product that the watch buys once a minute; `eseller shop test` makes a hidden shop for it.",
        example="https://test-purchases.shops.example/p/test-purchase",
        read=url("http", "https"),
        default_text="empty: nothing is bought",
    )
    operations: bool = setting(
        "ESELLER_OPERATIONS",
        True,
        "Whether `eseller up` runs the operations plane's site beside the node: status, incidents and reports.",
        example="false",
        read=truth,
    )
    operations_port: int = setting(
        "ESELLER_OPERATIONS_PORT",
        8090,
        "Port of the operations plane's site.",
        example="8090",
        read=port_number,
    )
    operations_url: str = setting(
        "ESELLER_OPERATIONS_URL",
        "",
        "Public address of the operations plane's site, without a slash at its end.",
        example="https://status.shops.example",
        read=url("http", "https"),
        default_text="http://status.localhost and the port above",
    )
    ops_database_url: str = setting(
        "OPS_DATABASE_URL",
        "",
        "Administrator's login at a PostgreSQL for the operations plane, on another server than that of the shops.",
        example="postgresql://admin:password@ops-db.internal/operations",
        read=url("postgresql", "postgres"),
        secret=True,
        default_text="empty: an embedded PostgreSQL of its own",
    )
    ops_database_web_url: str = setting(
        "OPS_DATABASE_WEB_URL",
        "",
        "Login at the operations plane's database of the role that its processes use.",
        example="postgresql://eseller_web:password@ops-db.internal/operations",
        read=url("postgresql", "postgres"),
        secret=True,
        default_text="derived from OPS_DATABASE_URL and the secret",
    )
    publish: bool = setting(
        "ESELLER_PUBLISH",
        True,
        "Tell the public of trouble at once, before a person has looked; false: people publish.",
        example="false",
        read=truth,
    )
    page_name: str = setting(
        "ESELLER_PAGE_NAME",
        "eSeller Cloud",
        "What the status page, its feeds and its mails call the platform.",
        example="Our shops",
        read=text,
    )

    @property
    def operations_dir(self) -> Path:
        """Directory of everything that the operations plane keeps."""
        data_dir: Path = getattr(self, "data_dir")  # noqa: B009 - the other settings are beside these
        return data_dir / "operations"

    @property
    def operations_link(self) -> str:
        """Public address of the operations plane's site."""
        return self.operations_url.rstrip("/") or f"http://status.localhost:{self.operations_port}"
