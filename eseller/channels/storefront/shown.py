"""What the page that is being made shows: the products on it, and what else its content hangs on."""

from eseller.commerce.catalog.records import CategoryPage, HomePage, ProductPage, Sort
from eseller.resilience.edge import depends
from eseller.resilience.edge.depends import tag

PRODUCT, MEMBERS, VALUES, CATALOG, SHOP, HOME = range(6)
"""Kinds of tags: a product; that products are in a category; what those cost and whether they can be had; any product
of a shop; what all pages of a shop show; the words of its front page."""


def home(shop_id: int, page: HomePage) -> None:
    """Note what a front page shows."""
    depends.on(tag(HOME, shop_id))
    depends.on_each(PRODUCT, (card.id for card in (*page.featured, *page.newest)))


def product(page: ProductPage) -> None:
    """Note what a product's page shows; what is related to it are the newest of its categories."""
    depends.on(tag(PRODUCT, page.id))
    depends.on_each(PRODUCT, (card.id for card in page.related))
    depends.on_each(MEMBERS, page.category_ids)


def category(page: CategoryPage, sort: Sort, *, in_stock: bool) -> None:
    """Note what a page of a category shows."""
    depends.on(tag(MEMBERS, page.id))
    if in_stock or sort in (Sort.CHEAPEST, Sort.DEAREST):
        depends.on(tag(VALUES, page.id))
    depends.on_each(PRODUCT, (card.id for card in page.cards))


def search(shop_id: int) -> None:
    """Note what a search shows: any product may come to be found."""
    depends.on(tag(CATALOG, shop_id))


def shop(shop_id: int) -> None:
    """Note what surrounds every page of a shop."""
    depends.on(tag(SHOP, shop_id))
