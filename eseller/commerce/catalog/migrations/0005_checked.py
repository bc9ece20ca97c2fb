"""The database refuses what the guard would have to hide, as far as one row tells."""

from django.db import migrations

from eseller.tenancy.conditions import blocks, like, lines, moments, translations, words
from eseller.tenancy.operations import CheckTable


class Migration(migrations.Migration):
    # Each check is a step of its own, so that nobody waits for the rows that are looked at.
    atomic = False
    dependencies = [("catalog", "0004_watched")]
    operations = [
        CheckTable(
            "CategoryText",
            words=words("title"),
            blocks=blocks(4000, "description"),
        ),
        CheckTable(
            "Product",
            lines=lines("brand", "product_type", "external_id"),
            source=like("^[a-z0-9_-]*$", "source"),
            tags=(
                "array_position(tags, NULL) IS NULL AND coalesce(array_ndims(tags), 1) = 1 "
                "AND cardinality(tags) <= 100 AND " + lines("array_to_string(tags, ' ')")
            ),
            moments=moments("created_at", "updated_at"),
        ),
        CheckTable(
            "ProductText",
            words=words("title"),
            lines=lines("seo_title", "seo_description"),
            blocks=blocks(50_000, "description"),
        ),
        CheckTable(
            "Option",
            names=translations("names") + " AND names <> '{}'",
        ),
        CheckTable(
            "OptionValue",
            labels=translations("labels") + " AND labels <> '{}'",
        ),
        CheckTable(
            "Variant",
            lines=lines("sku"),
        ),
        CheckTable(
            "ProductImage",
            alts=translations("alts"),
        ),
    ]
