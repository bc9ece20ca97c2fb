"""Products and how they are grouped."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import CheckConstraint, F, Q
from django.db.models.functions import Now

from eseller.tenancy.models import ShopForeignKey, ShopModel

SLUG = "^[a-z0-9](-?[a-z0-9])*$"
LANGUAGE = "^[a-z]{2}(-[A-Z]{2})?$"


class Category(ShopModel):
    """A node of the shop's category tree."""

    parent = ShopForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="children")
    slug = models.CharField(max_length=120)
    position = models.IntegerField(default=0)
    published = models.BooleanField(default=True)
    image = ShopForeignKey("media.MediaImage", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta(ShopModel.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(fields=["shop", "slug"], name="category_slug_once"),
            CheckConstraint(condition=Q(slug__regex=SLUG), name="category_slug"),
            CheckConstraint(condition=Q(parent=None) | ~Q(parent=F("id")), name="category_not_own_parent"),
        ]


class CategoryText(ShopModel):
    """A category's texts in one language."""

    category = ShopForeignKey(Category, on_delete=models.CASCADE, related_name="texts")
    language = models.CharField(max_length=5)
    title = models.CharField(max_length=120)
    description = models.TextField(max_length=4000, blank=True, default="")

    class Meta(ShopModel.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(fields=["shop", "category", "language"], name="category_text_once"),
            CheckConstraint(condition=~Q(title=""), name="category_text_title"),
            CheckConstraint(condition=Q(language__regex=LANGUAGE), name="category_text_language"),
        ]


class Product(ShopModel):
    """Something sold, in one or more variants."""

    class State(models.TextChoices):
        """Whether shoppers see it."""

        DRAFT = "draft"
        PUBLISHED = "published"
        ARCHIVED = "archived"

    slug = models.CharField(max_length=200)
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    brand = models.CharField(max_length=120, blank=True, default="")
    product_type = models.CharField(max_length=120, blank=True, default="")
    tags = ArrayField(models.CharField(max_length=80), size=100, default=list, blank=True)
    vat_class = models.CharField(max_length=20, default="standard")
    source = models.CharField(max_length=20, blank=True, default="", help_text="which import made it")
    external_id = models.CharField(max_length=255, null=True, blank=True, help_text="its id at the source")
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(db_default=Now())

    class Meta(ShopModel.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(fields=["shop", "slug"], name="product_slug_once"),
            models.UniqueConstraint(fields=["shop", "source", "external_id"], name="product_external_once"),
            CheckConstraint(condition=Q(slug__regex=SLUG), name="product_slug"),
            CheckConstraint(condition=Q(state__in=["draft", "published", "archived"]), name="product_state"),
            CheckConstraint(condition=Q(vat_class__regex="^[a-z_]{1,20}$"), name="product_vat_class"),
        ]
        indexes = [models.Index(fields=["shop", "state", "-created_at", "-id"], name="product_newest")]


class ProductText(ShopModel):
    """A product's texts in one language. The description is Markdown."""

    product = ShopForeignKey(Product, on_delete=models.CASCADE, related_name="texts")
    language = models.CharField(max_length=5)
    title = models.CharField(max_length=255)
    description = models.TextField(max_length=50_000, blank=True, default="")
    seo_title = models.CharField(max_length=255, blank=True, default="")
    seo_description = models.CharField(max_length=1000, blank=True, default="")

    class Meta(ShopModel.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(fields=["shop", "product", "language"], name="product_text_once"),
            CheckConstraint(condition=~Q(title=""), name="product_text_title"),
            CheckConstraint(condition=Q(language__regex=LANGUAGE), name="product_text_language"),
        ]


class ProductCategory(ShopModel):
    """A product's place in a category."""

    product = ShopForeignKey(Product, on_delete=models.CASCADE, related_name="places")
    category = ShopForeignKey(Category, on_delete=models.CASCADE, related_name="places")
    position = models.IntegerField(default=0)

    class Meta(ShopModel.Meta):
        abstract = False
        constraints = [models.UniqueConstraint(fields=["shop", "category", "product"], name="place_once")]
        indexes = [models.Index(fields=["shop", "product"], name="place_product")]


class Option(ShopModel):
    """What a product's variants differ in, such as size. ``names`` is ``{language: text}``."""

    product = ShopForeignKey(Product, on_delete=models.CASCADE, related_name="options")
    position = models.PositiveSmallIntegerField()
    names = models.JSONField()

    class Meta(ShopModel.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(fields=["shop", "product", "position"], name="option_position_once"),
            CheckConstraint(condition=Q(position__gte=1, position__lte=3), name="option_at_most_three"),
        ]


class OptionValue(ShopModel):
    """One choice of an option. ``labels`` is ``{language: text}``; ``swatch`` a colour for show."""

    option = ShopForeignKey(Option, on_delete=models.CASCADE, related_name="values")
    position = models.PositiveSmallIntegerField()
    labels = models.JSONField()
    swatch = models.CharField(max_length=7, blank=True, default="")

    class Meta(ShopModel.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(fields=["shop", "option", "position"], name="option_value_position_once"),
            CheckConstraint(condition=Q(swatch="") | Q(swatch__regex="^#[0-9a-f]{6}$"), name="option_value_swatch"),
        ]


class Variant(ShopModel):
    """What can be put in a cart: a product with its options chosen."""

    product = ShopForeignKey(Product, on_delete=models.CASCADE, related_name="variants")
    position = models.PositiveSmallIntegerField(default=0)
    sku = models.CharField(max_length=100, null=True, blank=True)
    ean = models.CharField(max_length=14, blank=True, default="", help_text="GTIN-8, -12, -13 or -14")
    weight_g = models.PositiveIntegerField(default=0)
    active = models.BooleanField(default=True)
    value1 = ShopForeignKey(OptionValue, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    value2 = ShopForeignKey(OptionValue, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    value3 = ShopForeignKey(OptionValue, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    image = ShopForeignKey("media.MediaImage", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta(ShopModel.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(fields=["shop", "sku"], name="variant_sku_once"),
            models.UniqueConstraint(
                fields=["shop", "product", "value1", "value2", "value3"],
                condition=Q(active=True),
                nulls_distinct=False,
                name="variant_combination_once",
            ),
            CheckConstraint(condition=Q(ean="") | Q(ean__regex="^([0-9]{8}|[0-9]{12,14})$"), name="variant_ean"),
            CheckConstraint(condition=Q(sku=None) | ~Q(sku=""), name="variant_sku_not_empty"),
            CheckConstraint(condition=Q(weight_g__lte=10_000_000), name="variant_weight"),
        ]
        indexes = [models.Index(fields=["shop", "product", "position"], name="variant_product")]


class ProductImage(ShopModel):
    """A picture in a product's gallery. ``alts`` is ``{language: text}``."""

    product = ShopForeignKey(Product, on_delete=models.CASCADE, related_name="images")
    image = ShopForeignKey("media.MediaImage", on_delete=models.CASCADE, related_name="+")
    position = models.PositiveSmallIntegerField()
    alts = models.JSONField(default=dict)

    class Meta(ShopModel.Meta):
        abstract = False
        constraints = [models.UniqueConstraint(fields=["shop", "product", "image"], name="product_image_once")]
        indexes = [models.Index(fields=["shop", "product", "position"], name="product_image_order")]


class SearchEntry(ShopModel):
    """What search knows of a published product in one language; written with the product."""

    product = ShopForeignKey(Product, on_delete=models.CASCADE, related_name="+")
    language = models.CharField(max_length=5)
    document = SearchVectorField()
    head = SearchVectorField(help_text="all but the description; small, so that ranking by it is cheap")

    class Meta(ShopModel.Meta):
        abstract = False
        constraints = [models.UniqueConstraint(fields=["shop", "language", "product"], name="search_entry_once")]


class SearchWord(ShopModel):
    """A word of the shop's products, against which a mistyped search is mended."""

    word = models.CharField(max_length=60)
    uses = models.PositiveIntegerField(default=1)

    class Meta(ShopModel.Meta):
        abstract = False
        constraints = [models.UniqueConstraint(fields=["shop", "word"], name="search_word_once")]
