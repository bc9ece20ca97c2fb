"""Take in a picture that somebody hands over."""

from typing import BinaryIO

from eseller.media import storage
from eseller.media.errors import ImageTooLarge
from eseller.media.images import MAX_BYTES, make_renditions
from eseller.media.models import MediaImage
from eseller.media.records import StoredImage
from eseller.tenancy.scope import shop_transaction


def store_image(*, shop_id: int, data: bytes | BinaryIO, actor: str) -> StoredImage:
    """Store a picture and its renditions for a shop; the same picture again gives the same image.

    Files are written before the row: a row never promises a file that is not there.

    Raises:
        MediaError: when it is no picture that we take; the subclass says why.
    """
    content = data if isinstance(data, bytes) else data.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise ImageTooLarge(f"The file is larger than {MAX_BYTES >> 20} MB. Save the picture smaller.")
    sha256 = storage.digest(content)
    with shop_transaction(shop_id, actor=actor):
        known = MediaImage.objects.filter(sha256=sha256, source_url="").first()
    if known is not None and storage.has_renditions(shop_id, sha256):
        return _stored(known)
    renditions = make_renditions(content)
    storage.save_renditions(shop_id, sha256, renditions)
    with shop_transaction(shop_id, actor=actor):
        image, _ = MediaImage.objects.get_or_create(
            sha256=sha256,
            source_url="",
            defaults={
                "state": MediaImage.State.READY,
                "width": renditions.width,
                "height": renditions.height,
                "bytes": len(content),
            },
        )
    return _stored(image)


def _stored(image: MediaImage) -> StoredImage:
    if image.sha256 is None or image.width is None or image.height is None:
        raise RuntimeError(f"image {image.pk} is ready but not whole")  # a constraint of the table rules it out
    return StoredImage(image.pk, image.sha256, image.width, image.height)
