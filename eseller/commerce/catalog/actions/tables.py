"""The tables that a product is written to, with the columns that a draft decides."""

from eseller.commerce.catalog.actions.rows import Table

PRODUCT = Table(
    "catalog_product",
    {
        "slug": "text",
        "state": "text",
        "brand": "text",
        "product_type": "text",
        "tags": "text[]",
        "vat_class": "text",
        "source": "text",
        "external_id": "text",
    },
)
TEXT = Table(
    "catalog_producttext",
    {
        "product_id": "bigint",
        "language": "text",
        "title": "text",
        "description": "text",
        "seo_title": "text",
        "seo_description": "text",
    },
)
PLACE = Table("catalog_productcategory", {"product_id": "bigint", "category_id": "bigint", "position": "integer"})
OPTION = Table("catalog_option", {"product_id": "bigint", "position": "smallint", "names": "jsonb"})
VALUE = Table(
    "catalog_optionvalue", {"option_id": "bigint", "position": "smallint", "labels": "jsonb", "swatch": "text"}
)
VARIANT = Table(
    "catalog_variant",
    {
        "product_id": "bigint",
        "position": "smallint",
        "sku": "text",
        "ean": "text",
        "weight_g": "integer",
        "active": "boolean",
        "value1_id": "bigint",
        "value2_id": "bigint",
        "value3_id": "bigint",
        "image_id": "bigint",
    },
)
CATEGORY = Table(
    "catalog_category",
    {
        "slug": "text",
        "parent_id": "bigint",
        "position": "integer",
        "published": "boolean",
        "image_id": "bigint",
    },
)
CATEGORY_TEXT = Table(
    "catalog_categorytext",
    {"category_id": "bigint", "language": "text", "title": "text", "description": "text"},
)
IMAGE = Table(
    "catalog_productimage",
    {"product_id": "bigint", "image_id": "bigint", "position": "smallint", "alts": "jsonb"},
)
PRICE = Table(
    "pricing_price",
    {"price_list_id": "bigint", "variant_id": "bigint", "amount": "bigint", "compare_at": "bigint"},
)
