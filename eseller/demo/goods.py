"""The goods of one demo shop: categories, pictures, products."""

from eseller.commerce.catalog import drafts
from eseller.commerce.catalog.actions.save_category import save_category
from eseller.commerce.catalog.actions.save_product import save_product
from eseller.commerce.catalog.models import Category, Product
from eseller.demo.content import records
from eseller.demo.pictures import category_pictures, product_pictures, variant_picture
from eseller.media.actions.store_image import store_image
from eseller.tenancy.scope import shop_transaction

SOURCE = "demo"


def load_goods(shop_id: int, content: records.ShopContent, *, actor: str, scale: float = 1.0) -> None:
    """Make the categories and products that are missing, with pictures of a share of the usual size."""
    with shop_transaction(shop_id):
        categories = dict(Category.objects.values_list("slug", "pk"))
        products = set(Product.objects.filter(source=SOURCE).values_list("slug", flat=True))
    missing = any(category.slug not in categories for category in content.categories)
    pictures = [picture.data for picture in category_pictures(content, scale=scale)] if missing else []
    for position, category in enumerate(content.categories):
        if category.slug not in categories:
            image = store_image(shop_id=shop_id, data=pictures[position], actor=actor)
            parent = categories[category.parent] if category.parent else None
            with shop_transaction(shop_id, actor=actor):
                categories[category.slug] = save_category(
                    draft=_category(category, position, parent, image.id), actor=actor
                )
    for product in content.products:
        if product.slug not in products:
            images = _images(shop_id, content, product, actor, scale)
            with shop_transaction(shop_id, actor=actor):
                save_product(draft=_product(content.shop, product, images, categories), actor=actor)


def _category(category: records.Category, position: int, parent: int | None, image_id: int) -> drafts.CategoryDraft:
    return drafts.CategoryDraft(
        slug=category.slug,
        parent_id=parent,
        position=position,
        image_id=image_id,
        texts=tuple(
            drafts.CategoryTextDraft(language=language, title=title, description=category.description.get(language, ""))
            for language, title in category.title.items()
        ),
    )


def _images(
    shop_id: int, content: records.ShopContent, product: records.Product, actor: str, scale: float
) -> dict[str, drafts.ImageDraft]:
    """Draw and store a product's pictures; keyed by their name, in order."""
    return {
        name: drafts.ImageDraft(
            image_id=store_image(shop_id=shop_id, data=data, actor=actor).id, alts=dict(alts)
        )
        for name, data, alts in product_pictures(content, product, scale=scale)
    }


def _product(
    shop: records.Shop,
    product: records.Product,
    images: dict[str, drafts.ImageDraft],
    categories: dict[str, int],
) -> drafts.ProductDraft:
    return drafts.ProductDraft(
        slug=product.slug,
        state="published",
        brand=product.brand,
        tags=product.tags,
        vat_class=product.vat_class,
        source=SOURCE,
        external_id=product.slug,
        texts=tuple(
            drafts.TextDraft(language=language, title=title, description=product.description.get(language, ""))
            for language, title in product.title.items()
        ),
        options=tuple(
            drafts.OptionDraft(
                names=option.name,
                values=tuple(
                    drafts.OptionValueDraft(labels=value.text, swatch=value.colour or "") for value in option.values
                ),
            )
            for option in product.options
        ),
        variants=tuple(_variant(shop, product, variant, images) for variant in product.variants),
        images=tuple(images.values()),
        category_ids=(categories[product.category],),
    )


def _variant(
    shop: records.Shop,
    product: records.Product,
    variant: records.Variant,
    images: dict[str, drafts.ImageDraft],
) -> drafts.VariantDraft:
    keys = [[value.key for value in option.values] for option in product.options]
    return drafts.VariantDraft(
        sku=variant.sku,
        ean=variant.ean or "",
        weight_g=variant.weight,
        choices=tuple(known.index(key) for known, key in zip(keys, variant.options, strict=True)),
        prices=(
            drafts.PriceDraft(currency=shop.currency, amount=variant.price, compare_at=variant.compare_at),
        ),
        stock=drafts.StockDraft(on_hand=variant.stock, backorder=variant.backorder),
        image_id=images[variant_picture(product, variant)].image_id,
    )
