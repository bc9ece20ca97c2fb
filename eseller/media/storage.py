"""The files of a shop on disk: ``<media>/<shop>/<first two of hash>/<hash>-<width>.webp``.

Named by the hash of what was sent in, so a file never changes once it is there and may be cached for ever.
"""

import hashlib
import os
import re
import tempfile
from pathlib import Path
from typing import BinaryIO

from django.conf import settings

from eseller.media.errors import NoSuchImage
from eseller.media.images import SIZES, Renditions

URL_PREFIX = "/media/"
CONTENT_TYPE = "image/webp"

_NAME = re.compile(rf"[0-9a-f]{{64}}-({'|'.join(map(str, SIZES))})\.webp")


def digest(data: bytes) -> str:
    """Return the SHA-256 of a picture as it was sent in, in hex: its name from then on."""
    return hashlib.sha256(data).hexdigest()


def name(sha256: str, size: int) -> str:
    """Return the name of a rendition.

    Raises:
        ValueError: for a hash or width that no rendition has.
    """
    made = f"{sha256}-{size}.webp"
    if not _NAME.fullmatch(made):
        raise ValueError(f"no rendition is called {made[:100]}")
    return made


def url(sha256: str, size: int) -> str:
    """Return the address of a rendition, relative to the shop's host; ``size`` is one of ``SIZES``."""
    return URL_PREFIX + name(sha256, size)


def save_renditions(shop_id: int, sha256: str, renditions: Renditions) -> None:
    """Write all files of a picture, each either whole or not at all, durable when this returns."""
    folder = _path(shop_id, name(sha256, SIZES[0])).parent
    folder.mkdir(parents=True, exist_ok=True)
    for size, data in renditions.files.items():
        _write(folder / name(sha256, size), data)
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def has_renditions(shop_id: int, sha256: str) -> bool:
    """Tell whether all files of a picture are there."""
    return all(_path(shop_id, name(sha256, size)).is_file() for size in SIZES)


def open_derived(shop_id: int, file_name: str) -> BinaryIO:
    """Open a rendition of this shop by the name that an address gives; the caller closes it.

    Raises:
        NoSuchImage: when the name is not exactly one that we make, or this shop has no such file.
    """
    if not _NAME.fullmatch(file_name):
        raise NoSuchImage
    try:
        handle = os.open(_path(shop_id, file_name), os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        raise NoSuchImage from None
    return os.fdopen(handle, "rb")


def _path(shop_id: int, file_name: str) -> Path:
    return Path(settings.MEDIA_ROOT) / str(int(shop_id)) / file_name[:2] / file_name


def _write(path: Path, data: bytes) -> None:
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".new-", delete=False) as file:
        try:
            file.write(data)
            file.flush()
            os.fchmod(file.fileno(), 0o644)
            os.fsync(file.fileno())
            Path(file.name).rename(path)
        except BaseException:
            Path(file.name).unlink(missing_ok=True)
            raise
