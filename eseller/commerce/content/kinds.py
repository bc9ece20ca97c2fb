"""What rows of pages of text must be."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta

from eseller.resilience.records.fields import BLOCK, LINE, WORDS, Flag, Id, Language, Position, Slug
from eseller.resilience.records.kind import Kind, Row, register

Heading = Annotated[str, Meta(max_length=160, pattern=LINE, description="at most 160 characters in a line")]


class PageRow(Row):
    """A page of text."""

    id: Id
    shop_id: Id
    slug: Slug
    published: Flag
    in_footer: Flag
    position: Position
    updated_at: datetime


class PageTextRow(Row):
    """A page's words in one language."""

    id: Id
    shop_id: Id
    page_id: Id
    language: Language
    title: Annotated[str, Meta(max_length=160, pattern=WORDS, description="1 to 160 characters in a line")]
    body: Annotated[str, Meta(max_length=100_000, pattern=BLOCK, description="a text of at most 100,000 characters")]


class HomeRow(Row):
    """The front page."""

    id: Id
    shop_id: Id
    hero_image_id: Id | None


class HomeTextRow(Row):
    """The front page's words in one language."""

    id: Id
    shop_id: Id
    language: Language
    tagline: Heading
    hero_title: Heading
    hero_text: Annotated[str, Meta(max_length=1000, pattern=BLOCK, description="a text of at most 1000 characters")]


class FeaturedProductRow(Row):
    """A product on the front page."""

    id: Id
    shop_id: Id
    product_id: Id
    position: Annotated[int, Meta(ge=0, le=32767, description="a place in an order, 0 or more")]


register(
    Kind(
        table="content_page",
        row=PageRow,
        label="page",
        path="/pages/",
        pages=("foot of all pages", "sitemap", "back office"),
        stand_ins={"position": 0, "updated_at": "2000-01-01T00:00:00Z"},
    ),
    Kind(
        table="content_pagetext",
        row=PageTextRow,
        label="text of a page",
        owner="page_id",
        pages=("foot of all pages", "back office"),
        made_anew=True,
    ),
    Kind(
        table="content_home",
        row=HomeRow,
        label="front page",
        pages=("/", "back office"),
        stand_ins={"hero_image_id": None},
    ),
    Kind(
        table="content_hometext",
        row=HomeTextRow,
        label="text of the front page",
        pages=("/", "back office"),
        stand_ins={"tagline": "", "hero_title": "", "hero_text": ""},
        made_anew=True,
    ),
    Kind(
        table="content_featuredproduct",
        row=FeaturedProductRow,
        label="product on the front page",
        owner="product_id",
        pages=("/", "back office"),
        stand_ins={"position": 0},
        made_anew=True,
    ),
)
