"""What pages see of content."""

from datetime import datetime

import msgspec


class ContentPage(msgspec.Struct, frozen=True):
    """A page of text; the body is Markdown, see ``markdown.render``. ``language`` is that of the text shown."""

    id: int
    slug: str
    language: str
    title: str
    body: str
    updated_at: datetime


class PageLink(msgspec.Struct, frozen=True):
    """A page to go to."""

    slug: str
    title: str


class PageRow(msgspec.Struct, frozen=True):
    """A page in the back office's list."""

    id: int
    slug: str
    title: str
    published: bool
    in_footer: bool
    position: int
    updated_at: datetime
