"""Judge rows. Fast where they are good: a whole batch is decoded at once, and only one that fails is looked into."""

import json
from collections.abc import Iterator, Sequence
from typing import Any, get_type_hints

import msgspec

from eseller.resilience.records.kind import Kind, Row

SHOWN = 200
"""Characters of a bad value that a finding keeps."""


class Problem(msgspec.Struct, frozen=True):
    """What is wrong with a field of a row. ``value`` is shortened, and hidden where it is a secret."""

    column: str
    rule: str
    value: str = ""


def problems_of(kind: Kind, rows: Sequence[bytes]) -> Iterator[tuple[int, list[Problem]]]:
    """Yield place and problems of each row that is not what its kind must be.

    Args:
        kind: of the rows.
        rows: each the JSON of one row, as ``to_jsonb`` makes it.
    """
    if _are_good(kind.row, rows):
        return
    for place, row in enumerate(rows):
        found = problems(kind, row)
        if found:
            yield place, found


def _are_good(row: type[Row], rows: Sequence[bytes]) -> bool:
    try:
        msgspec.json.decode(b"[" + b",".join(rows) + b"]", type=list[row])  # type: ignore[valid-type]
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return False
    return True


def problems(kind: Kind, row: bytes) -> list[Problem]:
    """Return what is wrong with one row: with its fields one by one, and only if all are good with their rules."""
    try:
        msgspec.json.decode(row, type=kind.row)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        whole = str(error)
    else:
        return []
    try:
        values = json.loads(row)
    except (ValueError, RecursionError) as error:
        return [Problem("", f"a row that can be read ({error})")]
    found = [
        Problem(name, _words(hint, told), shown(kind, name, values.get(name)))
        for name, hint in _fields(kind.row).items()
        if (told := _complaint(hint, values.get(name)))
    ]
    return found or [_broken_rule(kind, whole, values)]


def _fields(row: type[Row]) -> dict[str, Any]:
    hints = get_type_hints(row, include_extras=True)
    return {name: hints[name] for name in row.__struct_fields__}


def _complaint(hint: Any, value: Any) -> str:
    try:
        msgspec.convert(value, hint, strict=True, builtin_types=())
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        return str(error) or "cannot be read"
    return ""


def _words(hint: Any, told: str) -> str:
    """Prefer the rule's own words, where it has some, to the decoder's."""
    for meta in (*getattr(hint, "__metadata__", ()), *_inner(hint)):
        if isinstance(meta, msgspec.Meta) and meta.description:
            return meta.description
    return told


def _inner(hint: Any) -> Iterator[Any]:
    for argument in getattr(hint, "__args__", ()):
        yield from getattr(argument, "__metadata__", ())


def _broken_rule(kind: Kind, told: str, values: dict[str, Any]) -> Problem:
    """The row failed as a whole: ``column: words`` is what ``Row`` raises; ``- at`` is added by the decoder."""
    column, _, words = told.partition(" - at `")[0].partition(": ")
    if column not in kind.row.__struct_fields__:
        return Problem("", told)
    return Problem(column, words, shown(kind, column, values.get(column)))


def values_of(row: bytes | str) -> dict[str, Any]:
    """Return the values of a row by column; none where it cannot be read, as of one that is nested too deeply."""
    try:
        values = msgspec.json.decode(row)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return {}
    return values if isinstance(values, dict) else {}


def shown(kind: Kind, column: str, value: Any) -> str:
    """Return a value as a finding may keep it: short, printable, and no secret."""
    if column in kind.secret:
        return "(not shown)"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    text = "".join(letter if letter.isprintable() else f"\\x{ord(letter):02x}" for letter in text[: SHOWN + 1])
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…"
