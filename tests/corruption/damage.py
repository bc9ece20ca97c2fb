"""Kinds of damage by the type of a column: what an UPDATE by hand, a migration or an old release may leave there."""

from collections.abc import Iterator
from typing import NamedTuple

LONG = 300_000


class Damage(NamedTuple):
    """What is done to a column: the SQL of its new value, in which ``%(name)s`` may stand for ``values``."""

    name: str
    sql: str


def _plain(**expressions: str) -> tuple[Damage, ...]:
    return tuple(Damage(name, sql) for name, sql in expressions.items())


NULL = Damage("null", "NULL")
_TEXT = _plain(
    empty="''",
    huge=f"repeat('x', {LONG})",
    control="'a' || chr(1) || chr(27) || 'b'",
    breaks="E'a\\nb\\r\\n\\tc'",
    html="'<script>alert(1)</script><b>\"x\"'",
    nonsense="'no such ☃ value'",
    blank="'   '",
    template="'{{ 7 * 7 }} {0} %%s %%(x)s \\'",
)
_NUMBERS = {
    "smallint": (-1, 0, -32768, 32767, 1441, 301, 12),
    "integer": (-1, 0, -(2**31), 2**31 - 1, 32768, 10**9 + 1, 50_001),
    "bigint": (-1, 0, -(2**63), 2**63 - 1, 10**13 + 1, 2**31, 2**53 + 1),
}
_TIMES = _plain(
    infinity="'infinity'",
    minus_infinity="'-infinity'",
    year_20000="'20000-02-03 04:05:06+00'",
    latest="'294276-12-31 23:59:59+00'",
    before_christ="'4713-01-01 00:00:00+00 BC'",
    year_1="'0001-01-01 00:00:00+00'",
    year_1899="'1899-12-30 00:00:00+00'",
    year_9999="'9999-12-31 23:59:59.999999+00'",
)
_JSON = _plain(
    json_null="'null'",
    number="'17'",
    true="'true'",
    truncated="to_jsonb('{\"en\": \"cu'::text)",
    array='\'["en", null, {"da": 1}]\'',
    empty="'{}'",
    wrong_inside='\'{"en": 5, "da": {"x": []}}\'',
    null_inside='\'{"en": null}\'',
    control_inside="'{\"en\": \"a\\u0001b\\nc\"}'",
    html_inside='\'{"en": "<script>alert(1)</script>"}\'',
    huge_inside=f"jsonb_build_object('en', repeat('x', {LONG}))",
    odd_key='\'{"no such key ☃": "x", "": ""}\'',
    huge_number="'{\"en\": 1e999, \"rate_bp\": 1e999}'",
    deep="(repeat('[', 600) || repeat(']', 600))::jsonb",
)
_ARRAYS = _plain(
    empty="'{}'",
    null_inside="'{NULL,en}'",
    nested="'{{en,da},{de,en}}'",
    bounds="'[5:6]={en,da}'",
    huge="array_fill('xx'::text, ARRAY[20000])",
    control_inside="ARRAY['a' || chr(1)]",
    html_inside="ARRAY['<script>alert(1)</script>']",
    nonsense="ARRAY['no such ☃ value']",
)


class Unknown(AssertionError):
    """No damage is known for a column's type: add it to ``tests/corruption/damage.py``."""


def damages(type_name: str, *, refers_to: str | None = None) -> Iterator[Damage]:
    """Yield what can be done to a column.

    Args:
        type_name: as ``format_type`` says it, without length.
        refers_to: the table that it refers to; ``%(foreign)s`` is then the id of another shop's row.
    """
    yield NULL
    if type_name in _NUMBERS:
        yield from (Damage(f"is {number}", f"{number}") for number in _NUMBERS[type_name])
        if refers_to:
            yield Damage("dangling", "999999999999")
            yield Damage("foreign", "%(foreign)s")
        return
    if type_name == "boolean":
        yield Damage("flipped", "NOT {column}")  # a boolean can be nothing else
        return
    dates = tuple(damage for damage in _TIMES if damage.name != "latest")
    known: dict[str, tuple[Damage, ...]] = {
        "text": _TEXT,
        "timestamp with time zone": _TIMES,
        "date": dates,
        "jsonb": _JSON,
        "text[]": _ARRAYS,
    }
    if type_name not in known:
        raise Unknown(type_name)
    yield from known[type_name]


