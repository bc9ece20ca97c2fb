"""What rows of images must be."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, Literal

from msgspec import Meta

from eseller.resilience.records.fields import LINE, Id, Sha256, WebAddress, Whole
from eseller.resilience.records.kind import Kind, Row, Rule, register

Pixels = Annotated[int, Meta(ge=1, le=50_000, description="1 to 50,000 pixels")]


NEEDED = ("sha256", "width", "height", "bytes")


def _whole(name: str) -> Callable[[Any], bool]:
    return lambda row: row.state != "ready" or getattr(row, name) is not None


class MediaImageRow(Row):
    """An image; its bytes lie on disk, named by their hash."""

    id: Id
    shop_id: Id
    state: Literal["pending", "ready", "failed"]
    sha256: Sha256 | None
    source_url: Annotated[WebAddress, Meta(max_length=2000)]
    failure: Annotated[str, Meta(max_length=300, pattern=LINE, description="at most 300 characters in a line")]
    width: Pixels | None
    height: Pixels | None
    bytes: Whole | None
    created_at: datetime

    rules = tuple(Rule(name, "something, since the image is ready", _whole(name)) for name in NEEDED)


register(
    Kind(
        table="media_mediaimage",
        row=MediaImageRow,
        label="image",
        pages=("pages that show the image",),
        stand_ins={"source_url": "", "failure": "", "bytes": 0},
    )
)
