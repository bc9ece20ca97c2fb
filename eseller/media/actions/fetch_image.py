"""Fetch a picture that is still somewhere else."""

from enum import StrEnum

from eseller.media.actions.fill_image import fill_image
from eseller.media.errors import MediaError
from eseller.media.fetch import Limits, Resolver, fetch, system_resolver
from eseller.media.models import MediaImage
from eseller.tenancy.scope import shop_transaction

_MAX_REASON = 300


class Outcome(StrEnum):
    """What became of an attempt."""

    DONE = "done"
    TRY_AGAIN = "try again"
    GIVEN_UP = "given up"


def fetch_image(
    *,
    shop_id: int,
    image_id: int,
    actor: str,
    last_try: bool = False,
    limits: Limits | None = None,
    resolver: Resolver = system_resolver,
) -> Outcome:
    """Fetch, check and store one pending image; never raises for what the picture or its server did.

    The network is used outside any transaction. Repeating is harmless: an image ready, or gone, is done.

    Args:
        shop_id: the shop.
        image_id: its image.
        actor: who does it.
        last_try: whether a failure that might pass is final now.
        limits: of the fetch.
        resolver: from names to addresses.
    """
    with shop_transaction(shop_id, actor=actor):
        pending = MediaImage.objects.exclude(state=MediaImage.State.READY).exclude(source_url="")
        url = pending.filter(pk=image_id).values_list("source_url", flat=True).first()
    if url is None:
        return Outcome.DONE
    try:
        data = fetch(url, limits or Limits(), resolver)
        fill_image(shop_id=shop_id, image_id=image_id, data=data, actor=actor)
    except MediaError as error:
        final = last_try or not error.retryable
        _note_failure(shop_id, image_id, actor, error.message, final=final)
        return Outcome.GIVEN_UP if final else Outcome.TRY_AGAIN
    return Outcome.DONE


def _note_failure(shop_id: int, image_id: int, actor: str, reason: str, *, final: bool) -> None:
    state = MediaImage.State.FAILED if final else MediaImage.State.PENDING
    with shop_transaction(shop_id, actor=actor):
        MediaImage.objects.filter(pk=image_id).update(state=state, failure=reason[:_MAX_REASON])
