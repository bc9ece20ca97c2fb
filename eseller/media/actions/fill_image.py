"""Give a picture that the shop only refers to its bytes."""

from eseller.media import storage
from eseller.media.images import make_renditions
from eseller.media.models import MediaImage
from eseller.tenancy.scope import shop_transaction


def fill_image(*, shop_id: int, image_id: int, data: bytes, actor: str) -> None:
    """Check and store the bytes of an image, wherever they come from, and make it ready.

    Files are written before the row: a row never promises a file that is not there.

    Raises:
        MediaError: when it is no picture that we take; the subclass says why.
    """
    sha256 = storage.digest(data)
    renditions = make_renditions(data)
    storage.save_renditions(shop_id, sha256, renditions)
    with shop_transaction(shop_id, actor=actor):
        MediaImage.objects.filter(pk=image_id).update(
            state=MediaImage.State.READY,
            sha256=sha256,
            width=renditions.width,
            height=renditions.height,
            bytes=len(data),
            failure="",
        )
