"""Note pictures that lie somewhere else and are to be fetched later."""

from collections.abc import Iterable

from eseller.media.models import MediaImage
from eseller.tenancy.scope import require_scope


def refer_to_images(urls: Iterable[str]) -> tuple[dict[str, int], list[int]]:
    """Return the image of each address, made as *pending* where there is none, and the ids of the new ones.

    Works in the caller's shop transaction, so that images, what refers to them and the jobs that fetch them
    come to be together.

    Raises:
        Unscoped: outside a shop transaction.
    """
    require_scope()
    wanted = list(dict.fromkeys(urls))
    known = _known(wanted)
    missing = [MediaImage(source_url=url) for url in wanted if url not in known]
    if not missing:
        return known, []
    MediaImage.objects.bulk_create(missing, ignore_conflicts=True)  # another import may be at the same pictures
    known = _known(wanted)
    return known, [known[image.source_url] for image in missing]


def _known(urls: list[str]) -> dict[str, int]:
    return dict(MediaImage.objects.filter(source_url__in=urls).values_list("source_url", "id"))
