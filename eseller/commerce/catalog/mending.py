"""Mistyped queries, mended with the words of the shop's own products."""

import re

import msgspec

from eseller.commerce.catalog.distance import distance, slips_allowed
from eseller.tenancy.sql import fetch_json

MAX_WORDS = 8

# Words that find something by themselves are left alone. The candidates are read from the shop's part of an index on
# shop and word: first those with the same first letter, which people seldom mistype. Trigrams only rank them: swapped
# letters share too few to judge by.
_CANDIDATES = """
SELECT coalesce(json_agg(json_build_object('word', q.word, 'plain', q.plain, 'candidates', ARRAY(
        SELECT w.word FROM catalog_searchword w
        WHERE w.uses > 0 AND w.word >= q.low AND w.word < q.high
            AND length(w.word) BETWEEN length(q.plain) - 2 AND length(q.plain) + 2
        ORDER BY similarity(w.word, q.plain) DESC, w.uses DESC, w.word LIMIT 25)) ORDER BY q.place), '[]')::text
FROM (
    SELECT word, plain, place,
        CASE WHEN %(near)s THEN left(plain, 1) ELSE '' END AS low,
        CASE WHEN %(near)s THEN chr(ascii(plain) + 1) ELSE chr(1114111) END AS high
    FROM unnest(%(words)s::text[]) WITH ORDINALITY AS u(word, place)
    CROSS JOIN LATERAL eseller_search_plain(word) AS plain) q
WHERE length(q.plain) BETWEEN 4 AND 60 AND NOT EXISTS (SELECT FROM eseller_search(q.word, %(language)s, 1, 0))
"""


class _Unknown(msgspec.Struct, frozen=True):
    word: str
    plain: str
    candidates: list[str]


def mended(query: str, language: str) -> str | None:
    """Return the query with each word that finds nothing replaced by the shop's nearest, or None: one or two reads."""
    words = re.findall(r"\w+", query)[:MAX_WORDS]
    meant, unknown = _meant(words, language, near=True)
    if unknown:
        further, _ = _meant(unknown, language, near=False)
        meant |= further
    if not meant:
        return None
    return " ".join(meant.get(word, word) for word in words)


def _meant(words: list[str], language: str, *, near: bool) -> tuple[dict[str, str], list[str]]:
    """Return what unknown words were meant to be, and those for which nothing is near enough."""
    values = {"words": words, "language": language, "near": near}
    unknown = fetch_json(_CANDIDATES, values, list[_Unknown]) or []
    meant = {item.word: word for item in unknown if (word := nearest(item.plain, item.candidates))}
    return meant, [item.word for item in unknown if item.word not in meant]


def nearest(word: str, candidates: list[str]) -> str | None:
    """Return the first of the candidates with the fewest slips, or None where all are too far."""
    ranked = sorted((distance(word, candidate), place) for place, candidate in enumerate(candidates))
    if not ranked or ranked[0][0] > slips_allowed(word):
        return None
    return candidates[ranked[0][1]]
