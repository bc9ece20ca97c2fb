"""Rows of one product together, also when they are scattered over the file, without holding the file.

A first reading notes for each handle where its last row stands; in the second a product is complete at that
row. A file sorted by handle, as Shopify writes it, thus needs memory for one product only. Rows that wait for
others are kept packed, so the worst file needs little more than its own size.
"""

from collections.abc import Iterable, Iterator

import msgspec

from eseller.channels.erp.shopify.handles import handle_from_title, normalise_handle
from eseller.channels.erp.shopify.records import MAX_IMAGES, MAX_VARIANTS, SourceRow

MAX_ROWS_OF_PRODUCT = MAX_VARIANTS + 2 * MAX_IMAGES

_pack = msgspec.msgpack.Encoder().encode
_unpack = msgspec.msgpack.Decoder(SourceRow).decode


class Group(msgspec.Struct, frozen=True):
    """All rows of one handle in the order of the file; ``dropped`` counts those beyond the limit."""

    handle: str
    rows: list[SourceRow]
    dropped: int = 0


def handle_of(cells: dict[str, str]) -> str:
    """Return what a row belongs to: its handle, else the handle that its title gives, else empty."""
    return normalise_handle(cells.get("handle", "")) or handle_from_title(cells.get("title", ""))


class LastRows:
    """For each handle the number of its last row. Keyed by hash: a clash only delays a product to the end."""

    def __init__(self) -> None:
        self._last: dict[int, int] = {}

    def see(self, handle: str, number: int) -> None:
        """Note that a row of this handle stands here."""
        self._last[hash(handle)] = number

    def is_last(self, handle: str, number: int) -> bool:
        """Tell whether no row of this handle comes later."""
        return self._last.get(hash(handle)) == number

    def __len__(self) -> int:
        return len(self._last)


def group_rows(rows: Iterable[tuple[str, SourceRow]], last: LastRows) -> Iterator[Group]:
    """Yield the rows of each handle as soon as the last of them was read."""
    waiting: dict[str, list[bytes]] = {}
    dropped: dict[str, int] = {}
    for handle, row in rows:
        packed = waiting.setdefault(handle, [])
        if len(packed) < MAX_ROWS_OF_PRODUCT:
            packed.append(_pack(row))
        else:
            dropped[handle] = dropped.get(handle, 0) + 1
        if last.is_last(handle, row.number):
            yield _group(handle, waiting.pop(handle), dropped.pop(handle, 0))
    for handle, packed in waiting.items():
        yield _group(handle, packed, dropped.get(handle, 0))


def _group(handle: str, packed: list[bytes], dropped: int) -> Group:
    return Group(handle, [_unpack(row) for row in packed], dropped)
