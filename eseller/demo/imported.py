"""Goods that a demo shop brought from a former shop: through the importer, like anybody's export.

A shop has them if it has ``data/SHOP/import/products.csv``. What the shop does afterwards stands in ``after.toml``
beside it.
"""

import tomllib
from pathlib import PurePosixPath
from urllib.parse import urlsplit

import msgspec

from eseller.channels.erp.shopify.importing import import_shopify
from eseller.channels.erp.shopify.mapping import SOURCE
from eseller.commerce.catalog.actions.save_product import save_product
from eseller.commerce.catalog.models import Category, Product
from eseller.commerce.catalog.office import product_draft
from eseller.demo.content.records import DATA, ContentError, Picture
from eseller.demo.pictures import draw_picture
from eseller.media.actions.fill_image import fill_image
from eseller.media.models import MediaImage
from eseller.tenancy.scope import shop_transaction


class After(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Categories by handle, and what is to be drawn by the file name of a picture."""

    categories: dict[str, str]
    pictures: dict[str, Picture]


def load_import(shop_id: int, slug: str, *, actor: str, scale: float = 1.0) -> None:
    """Import the shop's export if it has one, draw its pictures and put the goods in their categories.

    Raises:
        ContentError: the importer refused something of it.
    """
    export = DATA / slug / "import" / "products.csv"
    if not export.exists():
        return
    with export.open("rb") as file:
        report = import_shopify(file, shop_id=shop_id, actor=actor)
    if report.refusals:
        first = report.refusals[0]
        raise ContentError(f"{export}: row {first.row}, {first.column}: {first.reason}")
    after = msgspec.convert(tomllib.loads(export.with_name("after.toml").read_text("utf-8")), After)
    _draw(shop_id, slug, after, actor, scale)
    _place(shop_id, after, actor)


def _draw(shop_id: int, slug: str, after: After, actor: str, scale: float) -> None:
    """Fill the pictures that wait to be fetched; their jobs then find nothing to do."""
    with shop_transaction(shop_id):
        pending = list(MediaImage.objects.filter(state=MediaImage.State.PENDING).values_list("pk", "source_url"))
    for image_id, url in pending:
        name = PurePosixPath(urlsplit(url).path).stem
        data = draw_picture(after.pictures[name], slug, seed=name, scale=scale)
        fill_image(shop_id=shop_id, image_id=image_id, data=data, actor=actor)


def _place(shop_id: int, after: After, actor: str) -> None:
    """An export knows nothing of our categories."""
    with shop_transaction(shop_id, actor=actor):
        ids = dict(Category.objects.values_list("slug", "pk"))
        for product in Product.objects.filter(source=SOURCE, external_id__in=after.categories):
            draft = product_draft(product.pk)
            if draft is not None and not draft.category_ids:
                category = ids[after.categories[str(product.external_id)]]
                draft = msgspec.structs.replace(draft, category_ids=(category,))
                save_product(draft=draft, actor=actor, product_id=product.pk)
