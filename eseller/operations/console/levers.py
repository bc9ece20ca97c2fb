"""Every lever of the platform that the console offers: what it does, what it asks for, and the command that does it.

A lever is one of our own commands, so that the console can do nothing that a person with a terminal could not, and the
other way round. What people enter becomes single arguments, each checked by its own pattern; no shell sees them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from enum import StrEnum

import msgspec

from eseller.kernel.errors import EsellerError

MOST = 300


class Weight(StrEnum):
    """How grave a lever is."""

    LOOK = "look"
    ACT = "act"
    GRAVE = "grave"


class BadArguments(EsellerError):
    """A lever does not take that."""

    code = "lever_arguments"
    status = 422


class UnknownLever(EsellerError):
    """There is no such lever."""

    code = "lever_unknown"
    status = 404


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """Something that a lever asks for.

    Attributes:
        name: of it.
        label: what people read.
        pattern: what it must match as a whole.
        help: an example.
        required: whether it must be given.
        choices: what there is to choose from; empty: free words.
    """

    name: str
    label: str
    pattern: str = r"[^\x00-\x1f]{1,300}"
    help: str = ""
    required: bool = True
    choices: tuple[tuple[str, str], ...] = ()


Given = Mapping[str, str]


class Lever(msgspec.Struct, frozen=True, kw_only=True):
    """One of them.

    Attributes:
        name: in addresses.
        group: which page it is on.
        title: what it does, in a few words.
        effect: what follows from it, for who confirms it.
        command: arguments of the ``eseller`` command, of what was given.
        fields: what it asks for.
        weight: whether it only looks, acts, or is grave: then the second factor is asked for again.
        seconds: after which it is broken off.
    """

    name: str
    group: str
    title: str
    effect: str
    command: Callable[[Given], list[str]]
    fields: tuple[Field, ...] = ()
    weight: Weight = Weight.ACT
    seconds: float = 300.0


_NAME = r"[a-z0-9][a-z0-9_.-]{0,60}"
_SERVICES = Field(
    name="services", label="Services", pattern=rf"{_NAME}( {_NAME}){{0,20}}",
    help="Names with spaces between, such as: mail feeds", required=False,
)  # fmt: skip
_WHY = Field(name="why", label="Why", help="It is written into the journals.")
_TIERS = (("", "By name only"), ("4", "Tier 4"), ("3", "Tiers 3 and 4"), ("2", "Tiers 2 to 4"))
_TIER = Field(name="tier", label="Tier", pattern="[234]", required=False, choices=_TIERS)
_PORT = Field(name="port", label="Private port", pattern=r"[1-9][0-9]{1,4}", help="As the list of nodes has it.")
_HOST = Field(name="host", label="Host", pattern=r"[A-Za-z0-9.:-]{1,253}", required=False, help="Empty: this machine.")
_NODE = Field(
    name="to", label="Which node becomes primary", pattern=r"[A-Za-z0-9][A-Za-z0-9_.-]{0,62}", required=False,
    help="Empty: the one that confirms commits.",
)  # fmt: skip
_KEY = Field(name="key", label="Setting", pattern=r"[a-z][a-z0-9_]{0,60}", help="Such as page_seconds.")
_VALUE = Field(name="value", label="Value, as JSON", help='Such as 15, false or "words"; null: as without.')
_FINDING = Field(name="finding", label="Finding", pattern=r"[0-9]{1,12}", help="Its number.")
_OVERRIDE = Field(
    name="override", label="Let it go even if it is still bad, because", required=False,
    help="Empty: a row that is still bad is kept back.",
)  # fmt: skip
_DRILLS = ("malformed-record", "cache-overload", "noisy-shop", "primary-overload", "first-to-know")
_DRILL = Field(
    name="drill", label="Drill", pattern="|".join(_DRILLS), choices=tuple((name, name) for name in _DRILLS)
)  # fmt: skip


def _given(flag: str, name: str) -> Callable[[Given], list[str]]:
    return lambda given: [flag, given[name]] if given.get(name) else []


def _stop(given: Given) -> list[str]:
    names = given.get("services", "").split()
    return ["services", "stop", *_given("--tier", "tier")(given), "--why", given["why"], "--", *names]


def _start(given: Given) -> list[str]:
    names = given.get("services", "").split()
    return ["services", "start", "--", *names] if names else ["services", "start", "--all"]


def _control(verb: str) -> Callable[[Given], list[str]]:
    return lambda given: ["control", *_given("--host", "host")(given), "--", given["port"], verb]


def _release(given: Given) -> list[str]:
    return ["records", "release", *_given("--override", "override")(given), "--", given["finding"]]


def _set(given: Given) -> list[str]:
    return ["platform", "set", "--reason", given["why"], "--", given["key"], given["value"]]


ALL = (
    Lever(
        name="cluster-status", group="database", title="Ask how each database node is", weight=Weight.LOOK,
        effect="Looks only.", command=lambda _: ["cluster", "status"], seconds=60,
    ),
    Lever(
        name="cluster-check", group="database", title="Ask whether a fail-over is safe now", weight=Weight.LOOK,
        effect="Looks only.", command=lambda _: ["cluster", "check"], seconds=60,
    ),
    Lever(
        name="cluster-diagnose", group="database", title="Tell a sick query from a sick node", weight=Weight.LOOK,
        effect="Looks only, for some seconds.", command=lambda _: ["cluster", "diagnose"], seconds=120,
    ),
    Lever(
        name="cluster-verify", group="database", title="Compare receipts with orders, and check the ledger",
        effect="Reads much of the database once.", command=lambda _: ["cluster", "verify"], weight=Weight.LOOK,
        seconds=1800,
    ),
    Lever(
        name="cluster-backups", group="database", title="List the backups", weight=Weight.LOOK, effect="Looks only.",
        command=lambda _: ["cluster", "backups"], seconds=120,
    ),
    Lever(
        name="cluster-backup", group="database", title="Take a backup and prove it",
        effect="Copies the database and restores it to a scratch directory; needs disk and time, shops go on.",
        command=lambda _: ["cluster", "backup"], seconds=6 * 3600,
    ),
    Lever(
        name="cluster-switchover", group="database", title="Make a secondary primary",
        effect="The gate is asked first. Background services stop, orders wait for some seconds, then another node "
        "is primary. Nothing is lost; what is refused is said and left as it is.",
        command=lambda given: ["cluster", "switchover", *_given("--to", "to")(given)], fields=(_NODE,),
        weight=Weight.GRAVE, seconds=900,
    ),
    Lever(
        name="cluster-resume", group="database", title="Take up a switchover that was broken off",
        effect="The run goes on at the step at which it stopped.",
        command=lambda _: ["cluster", "switchover", "--resume"], weight=Weight.GRAVE, seconds=900,
    ),
    Lever(
        name="cluster-failover", group="database", title="Take a sick primary out",
        effect="The gate is asked first. PostgreSQL at the primary is killed, and the secondary that has all orders "
        "is promoted.",
        command=lambda _: ["cluster", "failover"], weight=Weight.GRAVE, seconds=900,
    ),
    Lever(
        name="services-stop", group="services", title="Stop background services",
        effect="Running jobs are finished; the others wait in the queue and are done when the service starts again. "
        "Shops sell on.",
        command=_stop, fields=(_SERVICES, _TIER, _WHY),
    ),
    Lever(
        name="services-start", group="services", title="Start background services",
        effect="What has waited is done now.", command=_start, fields=(_SERVICES,),
    ),
    Lever(
        name="drain", group="nodes", title="Drain a process",
        effect="It finishes what it does and takes no new work; the others of the node go on.",
        command=_control("drain"), fields=(_PORT, _HOST),
    ),
    Lever(
        name="undrain", group="nodes", title="Let a process work again", effect="It takes work again.",
        command=_control("undrain"), fields=(_PORT, _HOST),
    ),
    Lever(
        name="cache-check", group="cache", title="Judge the caching server and our settings", weight=Weight.LOOK,
        effect="Looks only.", command=lambda _: ["cache", "check"], seconds=60,
    ),
    Lever(
        name="setting", group="cache", title="Change a setting of all shops",
        effect="What concerns caches is tried by one process first and goes back by itself if that does worse than "
        "the others; the rest holds at once.",
        command=_set, fields=(_KEY, _VALUE, _WHY), seconds=900,
    ),
    Lever(
        name="records-list", group="records", title="List the rows that are kept back", weight=Weight.LOOK,
        effect="Looks only.", command=lambda _: ["records", "list"], seconds=60,
    ),
    Lever(
        name="records-scan", group="records", title="Judge all rows now",
        effect="Reads all guarded tables through, once.", command=lambda _: ["records", "scan"], seconds=1800,
    ),
    Lever(
        name="records-release", group="records", title="Let a row that was mended go",
        effect="The row is judged again; a good one is shown at once.", command=_release,
        fields=(_FINDING, _OVERRIDE),
    ),
    Lever(
        name="drill", group="drills", title="Run a drill",
        effect="Starts a platform of its own on this machine and does real damage to that; the shops are another "
        "platform, but they share this machine's cores meanwhile.",
        command=lambda given: ["drill", "run", given["drill"]], fields=(_DRILL,), weight=Weight.GRAVE, seconds=1800,
    ),
    Lever(
        name="report-prove", group="drills", title="Prove that what a report promised is done",
        effect="Runs the check that is written beside the action; where it passes, the action is done.",
        command=lambda given: ["reports", "prove", "--", given["slug"], given["action"]],
        fields=(
            Field(name="slug", label="Report", pattern=r"[a-z0-9-]{1,100}"),
            Field(name="action", label="Number of the action", pattern=r"[0-9]{1,12}"),
        ),
        seconds=1800,
    ),
    Lever(
        name="config-check", group="drills", title="Check the settings of this node", weight=Weight.LOOK,
        effect="Looks only.", command=lambda _: ["config", "check"], seconds=60,
    ),
)  # fmt: skip
BY_NAME = {lever.name: lever for lever in ALL}


def find(name: str) -> Lever:
    """The lever of a name.

    Raises:
        UnknownLever: there is none.
    """
    if name not in BY_NAME:
        raise UnknownLever
    return BY_NAME[name]


def of_group(*groups: str) -> list[Lever]:
    """The levers of a page."""
    return [lever for lever in ALL if lever.group in groups]


def checked(lever: Lever, given: Mapping[str, str]) -> dict[str, str]:
    """What was given, tidied.

    Raises:
        BadArguments: something is missing, or is not what it must be; the message names it.
    """
    found: dict[str, str] = {}
    for field in lever.fields:
        value = " ".join(given.get(field.name, "").split())[: MOST + 1]
        if not value:
            if field.required:
                raise BadArguments(f"{field.label} is missing.")
            continue
        if len(value) > MOST or not re.fullmatch(field.pattern, value):
            raise BadArguments(f"{field.label} can't be “{value[:60]}”. {field.help}".strip())
        found[field.name] = value
    if lever.name == "services-stop" and not (found.get("services") or found.get("tier")):
        raise BadArguments("Name services, or choose a tier.")
    return found


def command_of(name: str, given: Mapping[str, str]) -> list[str]:
    """Arguments of ``eseller`` for what was asked; checked once more by who runs it.

    Raises:
        UnknownLever, BadArguments: it was not what it must be.
    """
    lever = find(name)
    return lever.command(checked(lever, given))
