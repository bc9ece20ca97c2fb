"""Pictures as the back office shows them, on its own host."""

from collections.abc import Sequence

import msgspec
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from eseller.channels.backoffice.guard import Office, of_shop
from eseller.channels.backoffice.permissions import Permission
from eseller.media import storage
from eseller.media.actions.store_image import store_image
from eseller.media.errors import MediaError
from eseller.media.images import SIZES
from eseller.tenancy.sql import fetch


class Picture(msgspec.Struct, frozen=True):
    """A picture's files, or why there are none yet."""

    id: int
    state: str
    sha256: str | None
    failure: str

    @property
    def file(self) -> str | None:
        """The name of a rendition large enough for the form."""
        return storage.name(self.sha256, SIZES[1]) if self.sha256 and self.state == "ready" else None


def pictures_of(ids: Sequence[int]) -> dict[int, Picture]:
    """Return pictures of the current shop by id, with one statement."""
    if not ids:
        return {}
    rows = fetch("SELECT id, state, sha256, failure FROM media_mediaimage WHERE id = ANY(%s)", [list(ids)])
    return {row[0]: Picture(*row) for row in rows}


@of_shop(see=Permission.SEE)
def media(request: HttpRequest, office: Office, name: str) -> HttpResponse:  # noqa: ARG001
    """Hand out a picture's file. Its name is a hash, so it never changes."""
    with storage.open_derived(office.shop.id, name) as file:
        response = HttpResponse(file.read(), content_type=storage.CONTENT_TYPE)
    response.headers["Cache-Control"] = "private, max-age=31536000, immutable"
    return response


def one_upload(request: HttpRequest, office: Office, form: Form, image_id: int | None) -> int | None:
    """Return the picture that a form with one of them means: the one sent, none, or the one it had.

    A picture that can't be used is told at the field ``upload``.
    """
    sent = request.FILES.get("upload")
    if sent is None:
        return None if form.cleaned_data.get("remove_image") else image_id
    try:
        return store_image(shop_id=office.shop.id, data=sent.file, actor=office.actor).id  # type: ignore[arg-type]
    except MediaError as error:
        form.add_error("upload", _(error.message))
        return image_id
