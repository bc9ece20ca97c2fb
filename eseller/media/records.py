"""What the rest of the platform sees of an image."""

import msgspec


class StoredImage(msgspec.Struct, frozen=True):
    """An image whose files are there; ``width`` and ``height`` are its largest rendition's, in pixels."""

    id: int
    sha256: str
    width: int
    height: int
