"""Each line says when and who; what shoppers write into it can't paint the terminal."""

from __future__ import annotations

import io
import os
import re

import pytest

from eseller.node.console import COLOURS, Console

SQUARE = "\N{REPLACEMENT CHARACTER}"


def said(line: str, *, name: str = "web.0", colour: str = "grey", tty: bool = False) -> str:
    """What the terminal gets."""
    stream = io.StringIO()
    stream.isatty = lambda: tty  # type: ignore[method-assign]
    Console(stream).say(name, line, colour=colour)
    return stream.getvalue()


@pytest.mark.parametrize("name", ["web.0", "postgres", "a-name-that-is-longer"])
def test_a_line_begins_with_the_time_and_the_name(name: str) -> None:
    assert re.fullmatch(rf"\d\d:\d\d:\d\d {re.escape(name.ljust(10))} ready\n", said("ready", name=name))


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("GET /\x1b[31mred\x1b]0;title\x07", f"GET /{SQUARE}[31mred{SQUARE}]0;title{SQUARE}"),
        ("over\rwritten\x08\x7f", f"over{SQUARE}written{SQUARE}{SQUARE}"),
        ("two\nlines\x85three\u2028four", f"two{SQUARE}lines{SQUARE}three{SQUARE}four"),
        ("an 8-bit escape \x9b31m", f"an 8-bit escape {SQUARE}31m"),
        ("turned \u202eround", f"turned {SQUARE}round"),
        ("half a character \ud800", f"half a character {SQUARE}"),
        ("smør\tog brød 🥖", "smør\tog brød 🥖"),
    ],
)
@pytest.mark.parametrize("tty", [True, False])
def test_control_characters_are_shown_as_such(
    monkeypatch: pytest.MonkeyPatch, line: str, shown: str, tty: bool
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    whole = said(line, tty=tty)

    assert whole.endswith(f" {shown}\n")
    assert whole.count("\x1b") == (2 if tty else 0), "only our own"


@pytest.mark.parametrize(("tty", "no_color", "coloured"), [(True, "", True), (True, "1", False), (False, "", False)])
@pytest.mark.parametrize("colour", list(COLOURS))
def test_colour_is_for_people_who_want_it(
    monkeypatch: pytest.MonkeyPatch, colour: str, tty: bool, no_color: str, coloured: bool
) -> None:
    monkeypatch.setenv("NO_COLOR", no_color)
    whole = said("hello", colour=colour, tty=tty)

    assert bool(re.match(rf"\x1b\[{COLOURS[colour]}m[^\x1b]+\x1b\[0m hello\n$", whole)) is coloured
    assert ("\x1b" in whole) is coloured


def test_a_reader_who_left_stops_nothing() -> None:
    reading, writing = os.pipe()
    stream = os.fdopen(writing, "w", closefd=False)
    os.close(reading)
    console = Console(stream)

    console.say("web.0", "hello")
    console.say("web.0", "again")

    os.close(writing)
