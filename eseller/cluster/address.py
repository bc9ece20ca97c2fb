"""Where a database is and as whom to log in."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal
from urllib.parse import quote, urlencode

Role = Literal["owner", "web", "platform"]
MAINTENANCE_DATABASE = "postgres"


class BadAddress(ValueError):
    """The address of a database can't be read."""


@dataclass(frozen=True, kw_only=True)
class DatabaseAddress:
    """The parts of one login at one database.

    Attributes:
        host: Host name, directory of a Unix socket, or several hosts with commas, as libpq takes them.
        port: Port, or several with commas.
        user: Role to log in as.
        password: Its password; never shown by ``repr``.
        name: Name of the database.
        params: Further libpq parameters, such as ``sslmode``.
    """

    host: str
    port: str = "5432"
    user: str
    password: str = field(repr=False)
    name: str
    params: tuple[tuple[str, str], ...] = ()

    @classmethod
    def parse(cls, url: str, *, default_name: str = "eseller") -> DatabaseAddress:
        """Read a ``postgresql://`` address with libpq's own rules.

        Raises:
            BadAddress: It is no such address, or it names no host or no user.
        """
        # Here, since importing the driver takes longer than all of a command that needs no database.
        from psycopg import ProgrammingError
        from psycopg.conninfo import conninfo_to_dict

        if not url.startswith(("postgresql://", "postgres://")):
            raise BadAddress("it must begin with postgresql://")
        try:
            parts = {key: str(value) for key, value in conninfo_to_dict(url).items() if value is not None}
        except ProgrammingError as error:
            raise BadAddress(str(error).strip()) from error
        host, user = parts.pop("host", ""), parts.pop("user", "")
        if not host or not user:
            raise BadAddress("it must name a host and a user")
        return cls(
            host=host,
            port=parts.pop("port", "5432"),
            user=user,
            password=parts.pop("password", ""),
            name=parts.pop("dbname", default_name),
            params=tuple(sorted(parts.items())),
        )

    def at(self, name: str) -> DatabaseAddress:
        """The same login at another database of the same server."""
        return replace(self, name=name)

    @property
    def url(self) -> str:
        """The address as one ``postgresql://`` URL, with the password."""
        query = urlencode([("host", self.host), ("port", self.port), *self.params], quote_via=quote)
        user, password, name = (quote(part, safe="") for part in (self.user, self.password, self.name))
        return f"postgresql://{user}:{password}@/{name}?{query}"
