"""Mistyped queries, mended with the words of the shop's own products."""

import re

import msgspec

from eseller.commerce.catalog.distance import distance, slips_allowed
from eseller.tenancy.sql import fetch_json

MAX_WORDS = 8

# Words that find something by themselves are left alone. The candidates are read from the shop's part of an index on
# shop and word, so other shops' words cost nothing. Trigrams only rank them: swapped letters share too few to judge by.
_CANDIDATES = """
SELECT coalesce(json_agg(json_build_object('word', q.word, 'plain', q.plain, 'candidates', ARRAY(
        SELECT w.word FROM catalog_searchword w
        WHERE w.uses > 0 AND length(w.word) BETWEEN length(q.plain) - 2 AND length(q.plain) + 2
        ORDER BY similarity(w.word, q.plain) DESC, w.uses DESC, w.word LIMIT 25)) ORDER BY q.place), '[]')::text
FROM (
    SELECT word, eseller_search_plain(word) AS plain, place
    FROM unnest(%(words)s::text[]) WITH ORDINALITY AS u(word, place)) q
WHERE NOT EXISTS (SELECT FROM eseller_search(q.word, %(language)s, 1, 0))
"""


class _Unknown(msgspec.Struct, frozen=True):
    word: str
    plain: str
    candidates: list[str]


def mended(query: str, language: str) -> str | None:
    """Return the query with each word that finds nothing replaced by the shop's nearest, or None. One statement."""
    words = re.findall(r"\w+", query)[:MAX_WORDS]
    unknown = fetch_json(_CANDIDATES, {"words": words, "language": language}, list[_Unknown]) or []
    meant = {item.word: near for item in unknown if (near := nearest(item.plain, item.candidates))}
    if not meant:
        return None
    return " ".join(meant.get(word, word) for word in words)


def nearest(word: str, candidates: list[str]) -> str | None:
    """Return the first of the candidates with the fewest slips, or None where all are too far."""
    ranked = sorted((distance(word, candidate), place) for place, candidate in enumerate(candidates))
    if not ranked or ranked[0][0] > slips_allowed(word):
        return None
    return candidates[ranked[0][1]]
