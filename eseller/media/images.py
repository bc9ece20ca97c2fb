"""From the bytes of a foreign picture to clean WebP files. Pure but for the processor's time.

The header is judged before a pixel is unpacked. Everything is decoded and encoded anew, so nothing of the
original file survives but its pixels: no EXIF, no position, no trailing bytes.
"""

import io
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec
from PIL import Image, ImageCms, UnidentifiedImageError

from eseller.media.errors import BrokenImage, ImagesBusy, ImageTooLarge, TooManyPixels, UnsupportedImage

MAX_BYTES = 10 * 1024 * 1024
MAX_PIXELS = 40_000_000
SIZES = (160, 480, 960, 1920)
"""Widths in pixels that are made of each picture; a narrower picture is not scaled up."""

_MAX_HEIGHT = 3840
_QUALITY = 82
_FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "AVIF")
_AT_ONCE = 2
_WAIT_SECONDS = 20.0

_ORIENTATION = 0x0112
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

Image.MAX_IMAGE_PIXELS = MAX_PIXELS  # Pillow's own alarm, as a second wall behind ours
_gate = threading.BoundedSemaphore(_AT_ONCE)


class Renditions(msgspec.Struct, frozen=True):
    """A picture made ready: size in pixels of its largest rendition, and WebP bytes by nominal width."""

    width: int
    height: int
    files: dict[int, bytes]


def looks_like_image(head: bytes) -> bool:
    """Tell from at least 12 bytes whether a file begins like a format that we take."""
    return (
        head.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF87a", b"GIF89a"))
        or (head[:4] == b"RIFF" and head[8:12] == b"WEBP")
        or (head[4:8] == b"ftyp" and head[8:12] in (b"avif", b"avis", b"mif1"))
    )


def make_renditions(data: bytes) -> Renditions:
    """Decode a picture and encode it in all sizes, upright, in sRGB, without metadata.

    At most two pictures are unpacked at a time in a process, so memory stays bounded whoever sends pictures.

    Raises:
        ImageTooLarge: more than ``MAX_BYTES``.
        UnsupportedImage: not one of the formats taken; SVG is none, since it can act.
        TooManyPixels: more than ``MAX_PIXELS``, found out before unpacking.
        BrokenImage: the data does not keep what its header promises.
        ImagesBusy: no turn within 20 s.
    """
    if len(data) > MAX_BYTES:
        raise ImageTooLarge(f"The file is larger than {MAX_BYTES >> 20} MB. Save the picture smaller.")
    if not looks_like_image(data[:16]):
        raise UnsupportedImage
    if not _gate.acquire(timeout=_WAIT_SECONDS):
        raise ImagesBusy
    try:
        with _decoding(), Image.open(io.BytesIO(data), formats=_FORMATS) as image:
            _check_pixels(image)
            return _render(image)
    finally:
        _gate.release()


@contextmanager
def _decoding() -> Iterator[None]:
    """Translate what Pillow and its decoders raise."""
    try:
        yield
    except (BrokenImage, TooManyPixels):
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise TooManyPixels from None
    except UnidentifiedImageError:
        raise UnsupportedImage from None
    except Exception as error:  # decoders raise whatever they like at broken data
        raise BrokenImage from error


def _check_pixels(image: Image.Image) -> None:
    if image.width * image.height > MAX_PIXELS:
        has = f"{image.width} × {image.height}"
        raise TooManyPixels(f"The picture has {has} pixels; {MAX_PIXELS // 10**6} million are taken. Scale it down.")
    if min(image.size) < 1:
        raise BrokenImage


def _render(source: Image.Image) -> Renditions:
    profile = source.info.get("icc_profile")
    source.draft("RGB", (2 * SIZES[-1], 2 * SIZES[-1]))  # lets JPEG unpack no more than is needed
    transparent = "transparency" in source.info or source.mode in ("RGBA", "LA", "PA", "La", "RGBa")
    upright = _upright(_shrunk(_plain(source, transparent=transparent)), source)
    image = _in_srgb(upright, profile if source.mode == "RGB" else None)
    files: dict[int, bytes] = {}
    image = largest = _fitted(image, SIZES[-1])
    encoded = _encoded(image)
    for width in reversed(SIZES):
        smaller = _fitted(image, width)
        if smaller is not image:  # a small picture is the same in the large sizes, and costs no second encoding
            image, encoded = smaller, _encoded(smaller)
        files[width] = encoded
    return Renditions(largest.width, largest.height, files)


def _plain(image: Image.Image, *, transparent: bool) -> Image.Image:
    """Return the first frame in RGB or RGBA."""
    mode = "RGBA" if transparent else "RGB"
    if image.mode == mode:
        image.load()
        return image
    if image.mode.startswith(("I", "F")):  # 16 bits of grey, which Pillow would cut rather than scale
        image = image.convert("I").point(lambda value: value / 257).convert("L")
    return image.convert(mode)


def _upright(image: Image.Image, source: Image.Image) -> Image.Image:
    """Return the picture turned as the camera noted in the original."""
    turn = _TURNS.get(source.getexif().get(_ORIENTATION, 1))
    return image if turn is None else image.transpose(turn)


def _shrunk(image: Image.Image) -> Image.Image:
    """Return the picture made smaller by a whole factor, still no smaller than needed whichever way is up.

    This needs no memory beyond the result; the finer scaling afterwards works on little.
    """
    width, height = image.size
    either_way = (min(SIZES[-1] / a, _MAX_HEIGHT / b) for a, b in ((width, height), (height, width)))
    factor = int(1 / max(either_way))
    return image.reduce(factor) if factor > 1 else image


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Return the picture with the colours that its profile means; an unusable profile is ignored."""
    if not profile or image.mode != "RGB":
        return image
    try:
        there = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        converted = ImageCms.profileToProfile(image, there, ImageCms.createProfile("sRGB"))
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return image
    return converted or image


def _fitted(image: Image.Image, width: int) -> Image.Image:
    """Return the picture at most ``width`` wide and not absurdly high, never larger than it was."""
    scale = min(width / image.width, _MAX_HEIGHT / image.height, 1.0)
    if scale == 1.0:
        return image
    size = (max(round(image.width * scale), 1), max(round(image.height * scale), 1))
    return image.resize(size, Image.Resampling.LANCZOS)


def _encoded(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "WEBP", quality=_QUALITY, method=4, exif=b"", icc_profile=b"", xmp=b"")
    return out.getvalue()
