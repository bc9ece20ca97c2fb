"""Small pictures made on the spot."""

import io
import struct
import zlib
from typing import Any

from PIL import Image


def picture(
    width: int = 320,
    height: int = 200,
    *,
    kind: str = "PNG",
    mode: str = "RGB",
    colour: Any = (200, 30, 30),
    **more: Any,
) -> bytes:
    """Return an encoded picture of one colour."""
    out = io.BytesIO()
    Image.new(mode, (width, height), colour).save(out, kind, **more)
    return out.getvalue()


def opened(data: bytes) -> Image.Image:
    """Decode a picture."""
    return Image.open(io.BytesIO(data))


def png_bomb(width: int, height: int) -> bytes:
    """Return a PNG of a few bytes that claims a size; its pixels would compress to nearly nothing."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress(bytes(1_000_000))
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", pixels) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
