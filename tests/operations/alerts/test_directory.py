"""The file of who is told is read whole or not at all, and a step never aims at nobody."""

from __future__ import annotations

import pytest

from eseller.operations.alerts.directory import BadDirectory, Directory, read
from eseller.operations.alerts.escalation import Aim, AimKind
from eseller.operations.alerts.hours import Hours, moment

FILE = """
[[person]]
name = "ada"
urls = ["mailtos://ada@people.example", "sms://5551"]

[[person]]
name = "bob"
urls = ["mailtos://bob@people.example"]

[[channel]]
name = "operations"
urls = ["matrix://operations.example"]

[[schedule]]
name = "operators"
  [[schedule.rotation]]
  people = ["ada", "bob"]
  zone = "Europe/Copenhagen"
  start = 2026-11-23T09:00:00
  [[schedule.override]]
  start = "2026-11-24T00:00+01:00"
  end = "2026-11-25T00:00+01:00"
  add = "bob"
  remove = "ada"

[[policy]]
name = "default"
repeat = 1
hours = {zone = "Europe/Copenhagen", days = ["monday", "tuesday"], begin = 07:30:00, end = 18:00:00}
  [[policy.step]]
  tell = ["schedule:operators", "channel:operations"]
  minutes = 3
  [[policy.step]]
  tell = ["person:bob"]
  minutes = 5
"""


@pytest.fixture
def directory() -> Directory:
    return read(FILE)


def names(directory: Directory, aim: Aim, at: str) -> list[str]:
    return [person.name for person in directory.told(aim, moment(at))]


def test_people_schedules_and_policies_are_read(directory: Directory) -> None:
    policy = directory.policies["default"]
    assert [[aim.name for aim in step.aims] for step in policy.steps] == [["operators", "operations"], ["bob"]]
    assert [step.wait for step in policy.steps] == [180, 300]
    assert (policy.repeat, policy.again) == (1, 900)
    assert isinstance(policy.hours, Hours)
    assert policy.hours.next_open(moment("2026-11-25T12:00+01:00")) == moment("2026-11-30T07:30+01:00")
    assert directory.people["ada"].urls == ("mailtos://ada@people.example", "sms://5551")


def test_who_is_on_call_is_told_and_where_nobody_is_all_are(directory: Directory) -> None:
    operators = Aim(AimKind.SCHEDULE, "operators")
    assert names(directory, operators, "2026-11-23T12:00+01:00") == ["ada"]
    assert names(directory, operators, "2026-11-24T12:00+01:00") == ["bob"]
    assert names(directory, operators, "2026-11-20T12:00+01:00") == ["ada", "bob"], "it has not begun"
    assert names(directory, Aim(AimKind.CHANNEL, "operations"), "2026-11-23T12:00+01:00") == ["operations"]
    assert names(directory, Aim(AimKind.PERSON, "bob"), "2026-11-23T12:00+01:00") == ["bob"]
    # Somebody has been taken out of the file since the alert was made.
    assert names(directory, Aim(AimKind.PERSON, "cleo"), "2026-11-23T12:00+01:00") == ["ada", "bob"]


@pytest.mark.parametrize(
    ("former", "wrong", "words"),
    [
        ('people = ["ada", "bob"]', 'people = ["ada", "eve"]', "“eve”"),
        ('people = ["ada", "bob"]', "people = []", "has people"),
        ('zone = "Europe/Copenhagen"\n', 'zone = "Mars/Olympus"\n', "Mars/Olympus"),
        ('zone = "Europe/Copenhagen"\n', 'zone = "../../etc/passwd"\n', "no time zone"),
        ("start = 2026-11-23T09:00:00", "start = 2026-11-23T09:00:00Z", "without an offset"),
        ("2026-11-24T00:00+01:00", "2026-11-24T00:00", "offset"),
        ('tell = ["person:bob"]', 'tell = ["bob"]', "no “bob”"),
        ('tell = ["person:bob"]', "tell = []", "tells somebody"),
        ("minutes = 5", "minutes = 0", "waits"),
        ("minutes = 5", "minutes = nan", "waits"),
        ("repeat = 1", "repeat = -1", "repeats"),
        ('"monday", "tuesday"', '"moonday"', "moonday"),
        ("begin = 07:30:00", "begin = 19:30:00", "begin before they end"),
        ('name = "default"', 'name = "other"', "no policy “default”"),
        ('name = "bob"', 'name = "ada"', "two of the name"),
        ('urls = ["mailtos://bob@people.example"]', "urls = []", "can't be reached"),
        ("repeat = 1", "repeats = 1", "repeats"),
        ("[[channel]]", "[[chanel]]", "chanel"),
        ("[[person]]", "[[person", "can't be read"),
    ],
)
def test_what_is_wrong_is_named(former: str, wrong: str, words: str) -> None:
    assert former in FILE
    with pytest.raises(BadDirectory) as caught:
        read(FILE.replace(former, wrong, 1))
    assert words in caught.value.message


def test_a_file_of_any_length_is_refused_soon() -> None:
    with pytest.raises(BadDirectory, match="longer"):
        read("#" * 10**6)
    with pytest.raises(BadDirectory):
        read("a = " + "[" * 50_000)
