"""What can be wrong with the settings beyond a single value, each with a number and a remedy."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from eseller.cluster.address import BadAddress, DatabaseAddress, Role
from eseller.config.setting import CONFIG_VARIABLE, SHORTEST_SECRET, BadEnvironment, Problem

if TYPE_CHECKING:
    from eseller.config.environment import Environment

ROLES: Mapping[Role, str] = {"owner": "eseller_owner", "web": "eseller_web", "platform": "eseller_platform"}
NO_LOGIN = "E014"
"""There is no login at the database that web processes use."""
# Variables with our prefix that are read by the tests and set-up scripts only.
FOREIGN_VARIABLES = frozenset({CONFIG_VARIABLE, "ESELLER_CHROMIUM", "ESELLER_PYTHON"})


def unknown_names(
    environ: Mapping[str, str], left: Mapping[str, str], ours: Mapping[str, str]
) -> list[Problem]:
    """Names that look like settings and are none: most likely a slip of the finger.

    Args:
        environ: The variables of the process.
        left: What the TOML file holds beyond the known fields.
        ours: Field names by variable.
    """
    strange = [
        n for n in environ if n.startswith("ESELLER_") and n not in ours and n not in FOREIGN_VARIABLES
    ]
    pairs = [(name, list(ours)) for name in strange] + [(name, list(ours.values())) for name in left]
    problems = []
    for name, known in sorted(pairs):
        near = difflib.get_close_matches(name, known, n=1)
        remedy = f"Did you mean {near[0]}?" if near else "Take it out; `eseller config check` lists them all."
        problems.append(Problem(code="E007", setting=name, message="is no setting of ours.", remedy=remedy))
    return problems


def contradictions(env: Environment) -> list[Problem]:
    """Values that are fine alone and wrong together."""
    rules = (_secret, _addresses, _logins, _ports, _hosts, _control, _production)
    return [
        Problem(code=code, setting=name, message=message, remedy=remedy)
        for rule in rules
        for code, name, message, remedy in rule(env)
    ]


Found = Iterator[tuple[str, str, str, str]]


def missing_login(variable: str) -> BadEnvironment:
    """The error of a process that would need a login that it was not given."""
    message = "is empty, and this needs its login."
    remedy = "Set it, or run this where it is set; DATABASE_URL with ESELLER_SECRET stands for all of them."
    return BadEnvironment([Problem(code="E015", setting=variable, message=message, remedy=remedy)])


def _secret(env: Environment) -> Found:
    remedy = "Set it to the output of: openssl rand -hex 32"
    if env.production and not (env.secret or env.signing_key):
        yield "E003", "ESELLER_SECRET", "is missing.", remedy
    for variable, key in (("ESELLER_SECRET", env.secret), ("ESELLER_SIGNING_KEY", env.signing_key)):
        if key and len(key) < SHORTEST_SECRET:
            yield "E004", variable, f"has fewer than {SHORTEST_SECRET} characters.", remedy


def _addresses(env: Environment) -> Found:
    for variable, address in (
        ("DATABASE_URL", env.database_url),
        ("DATABASE_OWNER_URL", env.database_owner_url),
        ("DATABASE_WEB_URL", env.database_web_url),
        ("DATABASE_PLATFORM_URL", env.database_platform_url),
    ):
        if not address:
            continue
        try:
            user = DatabaseAddress.parse(address).user
        except BadAddress as error:
            remedy = "Write postgresql://USER:PASSWORD@HOST/DATABASE"
            yield "E005", variable, f"can't be read: {error}.", remedy
            continue
        # Migrations grant rights to roles by name.
        role = {f"DATABASE_{role.upper()}_URL": name for role, name in ROLES.items()}.get(variable)
        if role and user != role:
            yield "E012", variable, f"logs in as {user}.", f"Use the role {role}; `eseller init` makes it."


def _logins(env: Environment) -> Found:
    # Without the administrator's login the database is another than the embedded one, and prepared by others.
    underived = not env.prepares or (env.signing_key and not env.secret)
    if underived and not env.database_web_url:
        message = "is empty, and can't be derived from what is given."
        remedy = "Set it for every process, or DATABASE_URL and ESELLER_SECRET, from which the roles' logins follow."
        yield NO_LOGIN, "DATABASE_WEB_URL", message, remedy


def _ports(env: Environment) -> Found:
    first, last = env.private_port(0), env.private_port(env.web_processes)
    if last > 65535 or first <= env.port <= last:
        remedy = f"Choose a range below 65536 without the public port {env.port}."
        yield "E008", "ESELLER_PRIVATE_PORT_BASE", f"private ports {first} to {last} don't fit.", remedy


    if env.watch and (env.watch_port == env.port or first <= env.watch_port <= last):
        remedy = f"Choose another than {env.port} and {first} to {last}, or set ESELLER_WATCH to false."
        yield "E017", "ESELLER_WATCH_PORT", f"{env.watch_port} is the port of something else.", remedy
    others = {env.port, env.watch_port, *range(first, last + 1)}
    if env.operations and env.operations_port in others:
        remedy = "Choose another, or set ESELLER_OPERATIONS to false."
        yield "E018", "ESELLER_OPERATIONS_PORT", f"{env.operations_port} is the port of something else.", remedy


def _hosts(env: Environment) -> Found:
    if not env.backoffice_host or env.backoffice_host == env.mailbox_host:
        yield (
            "E011",
            "ESELLER_BACKOFFICE_HOST",
            "must be a host of its own.",
            "Give it a name nothing else has.",
        )


def _control(env: Environment) -> Found:
    if env.production and env.signing_key and not (env.secret or env.control_keys):
        remedy = "Set it to NAME:HEX, HEX being the output of: openssl rand -hex 32"
        yield "W004", "ESELLER_CONTROL_KEYS", "is empty: no control call is taken.", remedy
    if not (env.private_host == "localhost" or env.private_host.startswith("127.")):
        message = "tells figures and findings of all shops to whoever reaches it."
        yield "W005", "ESELLER_PRIVATE_HOST", message, "See to it that only the operations plane does."


def _production(env: Environment) -> Found:
    if not env.production:
        return
    if env.demo or env.debug:
        yield "E009", "ESELLER_PRODUCTION", "goes with neither ESELLER_DEMO nor ESELLER_DEBUG.", "Choose one."
    if env.mailbox_host:
        yield "E010", "ESELLER_MAILBOX_HOST", "would show mails to everybody.", "Leave it out in production."
    if env.scheme != "https":
        remedy = "Set it to https, which the proxy before us must speak."
        yield "E013", "ESELLER_SCHEME", "is http: cookies and passwords would travel in the open.", remedy
    if env.embedded:
        yield "W001", "DATABASE_URL", "is empty: the embedded PostgreSQL has no secondary.", "Name a cluster."
    if not env.mail_url:
        yield "W002", "ESELLER_MAIL_URL", "is empty: no mail leaves the platform.", "Name a mail server."
