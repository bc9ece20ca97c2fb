"""Who is there to be told, by which ways, and in which order: a file that people write, read whole or not at all."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator
from datetime import datetime, time
from typing import TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from eseller.kernel.errors import EsellerError
from eseller.operations.alerts.escalation import Aim, AimKind, Policy, Step
from eseller.operations.alerts.hours import Hours, Override, Rotation, Schedule, moment
from eseller.operations.watch.outside import Heartbeat
from eseller.operations.watch.probing import Look, Page, Party, Purchase

MOST_BYTES = 256 * 1024
DEFAULT_POLICY = "default"
MOST_MINUTES = 31 * 24 * 60.0
PAGE_EVERY, PARTY_EVERY, PURCHASE_EVERY = 2.0, 60.0, 60.0
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
T = TypeVar("T")


class BadDirectory(EsellerError):
    """The file of who is told can't be used; the message says where it is wrong."""

    code = "directory_bad"


class Person(msgspec.Struct, frozen=True):
    """Somebody, and the ways to reach them, as Apprise's addresses; all ways are used at once."""

    name: str
    urls: tuple[str, ...]


class Directory(msgspec.Struct, frozen=True):
    """All that can be told.

    Attributes:
        people: by name.
        channels: what many read, by name.
        schedules: who is on call, by name.
        policies: ways from person to person, by name; ``default`` is among them.
        heartbeats: jobs that tell when they are done.
        looks: pages and third parties that are looked at from outside.
        posts: where the public reads what it is told, such as Mastodon, by name.
    """

    people: dict[str, Person]
    channels: dict[str, Person]
    schedules: dict[str, Schedule]
    policies: dict[str, Policy]
    heartbeats: tuple[Heartbeat, ...] = ()
    looks: tuple[Look, ...] = ()
    posts: dict[str, Person] = {}

    def told(self, aim: Aim, at: float) -> tuple[Person, ...]:
        """Who is told when a step aims there at seconds since 1970; never nobody.

        Where nobody is on call, all who ever are; where those are none, everybody.
        """
        if aim.kind is AimKind.PERSON and aim.name in self.people:
            return (self.people[aim.name],)
        if aim.kind is AimKind.CHANNEL and aim.name in self.channels:
            return (self.channels[aim.name],)
        schedule = self.schedules.get(aim.name) if aim.kind is AimKind.SCHEDULE else None
        names = schedule.on_call(at) if schedule else ()
        if schedule and not names:
            names = tuple(dict.fromkeys(who for rotation in schedule.rotations for who in rotation.people))
        return tuple(self.people[name] for name in names if name in self.people) or tuple(self.people.values())


class _Rotation(msgspec.Struct, forbid_unknown_fields=True):
    people: list[str]
    zone: str
    start: datetime
    days: int = 7


class _Override(msgspec.Struct, forbid_unknown_fields=True):
    start: str
    end: str
    add: str = ""
    remove: str = ""


class _Named(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    urls: list[str]


class _Schedule(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    rotation: list[_Rotation]
    override: list[_Override] = []


class _Step(msgspec.Struct, forbid_unknown_fields=True):
    tell: list[str]
    minutes: float


class _Hours(msgspec.Struct, forbid_unknown_fields=True):
    zone: str
    days: tuple[str, ...] = _DAYS[:5]
    begin: time = time(8)
    end: time = time(17)


class _Policy(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    step: list[_Step]
    repeat: int = 2
    again_minutes: float = 15.0
    hours: _Hours | None = None


class _Heartbeat(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    every_minutes: float
    grace_minutes: float = 5.0


class _Look(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    url: str
    component: str = ""
    every_seconds: float = 0.0
    says: str = ""


class _File(msgspec.Struct, forbid_unknown_fields=True):
    person: list[_Named]
    policy: list[_Policy]
    schedule: list[_Schedule] = []
    channel: list[_Named] = []
    heartbeat: list[_Heartbeat] = []
    page: list[_Look] = []
    party: list[_Look] = []
    purchase: list[_Look] = []
    post: list[_Named] = []


def read(text: str) -> Directory:
    """Read the file.

    Raises:
        BadDirectory: it is not what it must be, or names somebody who is not in it.
    """
    if len(text.encode(errors="replace")) > MOST_BYTES:
        raise BadDirectory(f"It is longer than {MOST_BYTES // 1024} kB.")
    try:
        told = msgspec.convert(tomllib.loads(text), _File, strict=False)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError, RecursionError) as error:
        raise BadDirectory(f"It can't be read: {error}") from error
    people = _by_name("person", (Person(one.name, tuple(one.urls)) for one in told.person))
    channels = _by_name("channel", (Person(one.name, tuple(one.urls)) for one in told.channel))
    schedules = _by_name("schedule", (_schedule(one, people) for one in told.schedule))
    known = {
        **{f"person:{name}": Aim(AimKind.PERSON, name) for name in people},
        **{f"channel:{name}": Aim(AimKind.CHANNEL, name) for name in channels},
        **{f"schedule:{name}": Aim(AimKind.SCHEDULE, name) for name in schedules},
    }
    policies = _by_name("policy", (_policy(one, known) for one in told.policy))
    for one in (*people.values(), *channels.values()):
        if not one.urls:
            raise BadDirectory(f"{one.name} can't be reached: no urls.")
    if not people:
        raise BadDirectory("There is nobody in it.")
    if DEFAULT_POLICY not in policies:
        raise BadDirectory(f"It has no policy “{DEFAULT_POLICY}”.")
    heartbeats = _by_name("heartbeat", (_heartbeat(one) for one in told.heartbeat))
    pages = _by_name("page", (_page(one) for one in told.page))
    parties = _by_name("party", (_party(one) for one in told.party))
    posts = _by_name("post", (Person(one.name, tuple(one.urls)) for one in told.post))
    purchases = _by_name("purchase", (_purchase(one) for one in told.purchase))
    looks = (*pages.values(), *parties.values(), *purchases.values())
    return Directory(people, channels, schedules, policies, tuple(heartbeats.values()), looks, posts)


def _by_name(kind: str, found: Iterable[T]) -> dict[str, T]:
    by_name: dict[str, T] = {}
    for one in found:
        name = str(getattr(one, "name", ""))
        if not name or name in by_name:
            raise BadDirectory(f"There are two of the name “{name}”, or it has none: {kind}.")
        by_name[name] = one
    return by_name


def _schedule(told: _Schedule, people: dict[str, Person]) -> Schedule:
    where = f"schedule “{told.name}”"
    rotations = []
    for one in told.rotation:
        _require(people, one.people, where)
        if not one.people or one.days < 1 or one.start.tzinfo is not None:
            raise BadDirectory(f"In {where}: a rotation has people, days from 1, and a start without an offset.")
        rotations.append(Rotation(tuple(one.people), _zone(one.zone, where), one.start, one.days))
    if not rotations:
        raise BadDirectory(f"In {where}: there is no rotation.")
    overrides = []
    for change in told.override:
        _require(people, [name for name in (change.add, change.remove) if name], where)
        try:
            overrides.append(Override(moment(change.start), moment(change.end), change.add, change.remove))
        except ValueError as error:
            raise BadDirectory(f"In {where}: {error}") from error
    return Schedule(told.name, tuple(rotations), tuple(overrides))


def _policy(told: _Policy, known: dict[str, Aim]) -> Policy:
    where = f"policy “{told.name}”"
    steps = tuple(_steps(told.step, known, where))
    if not steps or not 0 <= told.repeat <= 100 or not told.again_minutes > 0:
        raise BadDirectory(f"In {where}: it has steps, repeats 0 to 100 times, and tells again after some minutes.")
    return Policy(told.name, steps, told.repeat, told.again_minutes * 60, _hours(told.hours, where))


def _steps(told: list[_Step], known: dict[str, Aim], where: str) -> Iterator[Step]:
    for one in told:
        _require(known, one.tell, where)
        if not one.tell or not 0 < one.minutes <= 24 * 60:
            raise BadDirectory(f"In {where}: a step tells somebody, and waits for up to a day.")
        yield Step(tuple(known[name] for name in one.tell), one.minutes * 60)


def _hours(told: _Hours | None, where: str) -> Hours | None:
    if told is None:
        return None
    _require(_DAYS, told.days, where)
    if not told.days or told.begin >= told.end:
        raise BadDirectory(f"In {where}: hours have days, and begin before they end.")
    days = frozenset(_DAYS.index(day) for day in told.days)
    return Hours(_zone(told.zone, where), days, told.begin, told.end)


def _heartbeat(told: _Heartbeat) -> Heartbeat:
    if not 0 < told.every_minutes <= MOST_MINUTES or not 0 <= told.grace_minutes <= MOST_MINUTES:
        raise BadDirectory(f"In heartbeat “{told.name}”: it comes every so many minutes, up to a month.")
    return Heartbeat(told.name, told.every_minutes * 60, told.grace_minutes * 60)


def _page(told: _Look) -> Look:
    every = _every(told, PAGE_EVERY, "page")
    return Page(name=told.name, url=told.url, every=every, component=told.component or "storefront", says=told.says)


def _party(told: _Look) -> Look:
    every = _every(told, PARTY_EVERY, "party")
    if told.says:
        raise BadDirectory(f"In party “{told.name}”: a status page says what its form has, nothing else.")
    return Party(name=told.name, url=told.url, every=every, component=told.component or "third parties")


def _purchase(told: _Look) -> Look:
    every = _every(told, PURCHASE_EVERY, "purchase")
    if told.says:
        raise BadDirectory(f"In purchase “{told.name}”: it is bought what is on the page, whatever that says.")
    return Purchase(name=told.name, url=told.url, every=every, component=told.component or "payments")


def _every(told: _Look, usual: float, kind: str) -> float:
    parts = urlsplit(told.url)
    if parts.scheme not in ("http", "https") or not parts.hostname or not told.url.isascii() or " " in told.url:
        raise BadDirectory(f"In {kind} “{told.name}”: “{told.url}” is no address such as https://shop.example/")
    if told.every_seconds and not 1.0 <= told.every_seconds <= 86400.0:
        raise BadDirectory(f"In {kind} “{told.name}”: it is looked at every second to once a day.")
    return told.every_seconds or usual


def _zone(name: str, where: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise BadDirectory(f"In {where}: there is no time zone “{name}”.") from error
    return name


def _require(known: Iterable[str], wanted: Iterable[str], where: str) -> None:
    missing = [name for name in wanted if name not in known]
    if missing:
        raise BadDirectory(f"In {where}: there is no “{missing[0]}”. There are: {', '.join(sorted(known))}.")
