"""Conditions of check constraints, for migrations. NULL passes them; whether there may be none, says the column."""

_LINE = r"[\x01-\x1f\x7f-\x9f\u2028\u2029]"
_BLOCK = r"[\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]"
MAX_AMOUNT = 10**13


def lines(*columns: str) -> str:
    """Text in one line, without control characters."""
    return _all(columns, f"{{}} !~ '{_LINE}'")


def blocks(most: int, *columns: str) -> str:
    """Text of at most so many characters, without control characters but those that break and indent lines."""
    return _all(columns, f"(length({{0}}) <= {most} AND {{0}} !~ '{_BLOCK}')")


def words(*columns: str) -> str:
    """A line in which something stands."""
    return lines(*columns) + " AND " + _all(columns, r"{} ~ '\S'")


def like(pattern: str, *columns: str) -> str:
    """Text of a pattern."""
    return _all(columns, f"{{}} ~ '{pattern.replace('{', '{{').replace('}', '}}')}'")


def between(least: int, most: int, *columns: str) -> str:
    """Numbers from one to another, both included."""
    return _all(columns, f"{{}} BETWEEN {least} AND {most}")


def amounts(*columns: str) -> str:
    """Amounts of money in minor units, not negative."""
    return between(0, MAX_AMOUNT, *columns)


def moments(*columns: str) -> str:
    """Moments or days of our time: no infinity, and no year that programs stumble over."""
    return _all(columns, "({0} >= '1990-01-01 00:00:00+00' AND {0} < '2200-01-01 00:00:00+00')")


def objects(*columns: str) -> str:
    """JSON objects."""
    return _all(columns, "jsonb_typeof({}) = 'object'")


def translations(*columns: str) -> str:
    """JSON objects from languages to texts."""
    path = '$.keyvalue() ? (@.value.type() != "string" || !(@.key like_regex "^[a-z]{2}(-[A-Z]{2})?$"))'
    escaped = path.replace("{", "{{").replace("}", "}}")
    return _all(columns, f"(jsonb_typeof({{0}}) = 'object' AND NOT jsonb_path_exists({{0}}, '{escaped}'))")


def _all(columns: tuple[str, ...], condition: str) -> str:
    return " AND ".join(condition.format(column) for column in columns)
