"""What can be wrong with pages of text."""

from eseller.commerce.catalog.errors import InvalidDraft
from eseller.kernel.errors import EsellerError


class InvalidPage(InvalidDraft):
    """The page cannot be saved as it is."""

    code = "invalid_page"


class InvalidHome(InvalidDraft):
    """The front page cannot be saved as it is."""

    code = "invalid_home"


class PageNotFound(EsellerError):
    """There is no such page."""

    code = "page_not_found"
    status = 404
