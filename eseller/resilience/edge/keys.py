"""Which requests are answered from kept pages, and under which key. Pure.

A key has all that the page is made from, and what it is made from is built from the key alone: whatever else a request
carries (cookies, forwarded hosts, unknown parameters, methods in headers) can't reach a page that others are shown.
See James Kettle, "Practical Web Cache Poisoning" (2018) and Omer Gil, "Web Cache Deception Attack" (2017).
"""

import re
from collections.abc import Collection
from typing import NamedTuple
from urllib.parse import parse_qsl, urlencode

LONGEST = 1_000
"""Characters of a path or query; nobody links to longer ones."""
MOST_PARAMETERS = 30
# Paths as our links have them: no dots, so no endings that make a page look like a picture, no doubled slashes, no
# escapes, nothing that a server in between could read in another way.
_PATH = re.compile(r"/(?:[A-Za-z0-9_-]+(?:/[A-Za-z0-9_-]+)*/?)?", re.ASCII)


class Key(NamedTuple):
    """A page: the shop, the path (with the language in it), and the query in one order."""

    shop: int
    path: str
    query: str


class Rules(NamedTuple):
    """What of a site may be kept.

    Attributes:
        path: a pattern of whole paths of pages for everybody.
        parameters: that those pages read; others are dropped.
    """

    path: re.Pattern[str]
    parameters: Collection[str]


def is_plain(path: str) -> bool:
    """Tell whether a path is written as our own links are."""
    return len(path) <= LONGEST and _PATH.fullmatch(path) is not None


def canonical_query(query: str, parameters: Collection[str]) -> str | None:
    """Return the parameters that pages read, each once, in order; None where the query is not worth a thought.

    Where one is given twice the last counts, as Django reads them.
    """
    if not query:
        return ""
    if len(query) > LONGEST:
        return None
    try:
        given = parse_qsl(query, keep_blank_values=True, max_num_fields=MOST_PARAMETERS, errors="strict")
    except (ValueError, UnicodeDecodeError):
        return None
    return urlencode(sorted({name: value for name, value in given if name in parameters}.items()))


def key_of(shop: int, path: str, query: str, rules: Rules) -> Key | None:
    """Return the key of a request for a page that may be kept, else None."""
    if not is_plain(path) or rules.path.fullmatch(path) is None:
        return None
    canonical = canonical_query(query, rules.parameters)
    return None if canonical is None else Key(shop, path, canonical)
