"""What the edge has done in this process since it began."""

import msgspec


class EdgeFigures(msgspec.Struct):
    """Counts of answers by how they came about, and what the memory holds.

    Attributes:
        hits: answers with a fresh page of the memory; ``not_modified`` of them told that nothing has changed.
        stale: answers with a page that had expired, while it was made anew.
        saved: answers with an old page because the origin failed or refused.
        shared_hits: pages taken from the caching server.
        misses: pages made because there was none.
        changed: pages made because what they show had changed.
        waited: answers with a page that somebody else was making.
        refused: requests that found no place at the origin.
        bypassed: requests that are none of the edge's business.
        refreshed: pages made anew behind a stale answer.
        unkept: pages made that were not kept, since something they show had changed meanwhile.
        entries: pages in memory now.
        bytes: what they take.
        budget: what they may take.
        evictions: pages that had to go.
    """

    hits: int = 0
    not_modified: int = 0
    stale: int = 0
    saved: int = 0
    shared_hits: int = 0
    misses: int = 0
    changed: int = 0
    waited: int = 0
    refused: int = 0
    bypassed: int = 0
    refreshed: int = 0
    unkept: int = 0
    entries: int = 0
    bytes: int = 0
    budget: int = 0
    evictions: int = 0


COUNTED = EdgeFigures.__struct_fields__[: EdgeFigures.__struct_fields__.index("entries")]
