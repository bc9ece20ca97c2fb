"""Pages of text and the front of the shop."""

from django.db import models
from django.db.models import CheckConstraint, Q
from django.db.models.functions import Now

from eseller.commerce.catalog.models import LANGUAGE, SLUG
from eseller.tenancy.models import ShopForeignKey, ShopModel


class Page(ShopModel):
    """A content page."""

    slug = models.CharField(max_length=120)
    published = models.BooleanField(default=True)
    in_footer = models.BooleanField(default=True)
    position = models.IntegerField(default=0)
    updated_at = models.DateTimeField(db_default=Now())

    class Meta(ShopModel.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(fields=["shop", "slug"], name="page_slug_once"),
            CheckConstraint(condition=Q(slug__regex=SLUG), name="page_slug"),
        ]


class PageText(ShopModel):
    """A page in one language, in Markdown."""

    page = ShopForeignKey(Page, on_delete=models.CASCADE, related_name="texts")
    language = models.CharField(max_length=5)
    title = models.CharField(max_length=160)
    body = models.TextField(max_length=100_000)

    class Meta(ShopModel.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(fields=["shop", "page", "language"], name="page_text_once"),
            CheckConstraint(condition=Q(language__regex=LANGUAGE), name="page_text_language"),
        ]


class Home(ShopModel):
    """What the front page shows besides products."""

    hero_image = ShopForeignKey("media.MediaImage", on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta(ShopModel.Meta):
        abstract = False
        constraints = [models.UniqueConstraint(fields=["shop"], name="home_once")]


class HomeText(ShopModel):
    """The front page's words in one language."""

    language = models.CharField(max_length=5)
    tagline = models.CharField(max_length=160)
    hero_title = models.CharField(max_length=160)
    hero_text = models.TextField(max_length=1000, blank=True, default="")

    class Meta(ShopModel.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(fields=["shop", "language"], name="home_text_once"),
            CheckConstraint(condition=Q(language__regex=LANGUAGE), name="home_text_language"),
        ]


class FeaturedProduct(ShopModel):
    """A product shown on the front page."""

    product = ShopForeignKey("catalog.Product", on_delete=models.CASCADE, related_name="+")
    position = models.PositiveSmallIntegerField()

    class Meta(ShopModel.Meta):
        abstract = False
        constraints = [models.UniqueConstraint(fields=["shop", "product"], name="featured_once")]
