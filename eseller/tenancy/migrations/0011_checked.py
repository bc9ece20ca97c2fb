"""The database refuses what the guard would have to hide, as far as one row tells."""

from django.db import migrations

from eseller.tenancy.conditions import between, blocks, like, lines, moments, objects, words
from eseller.tenancy.operations import CheckTable


class Migration(migrations.Migration):
    # Each check is a step of its own, so that nobody waits for the rows that are looked at.
    atomic = False
    dependencies = [("tenancy", "0010_kept_back")]
    operations = [
        CheckTable(
            "Shop",
            words=words("name"),
            lines=lines("order_prefix", "vat_number", "bank_account"),
            blocks=blocks(500, "address"),
            email=like(r"^[^\s@]+@[^\s@]+$", "contact_email"),
            language="default_language = ANY (languages)",
            languages=(
                "array_ndims(languages) = 1 AND cardinality(languages) <= 12 "
                "AND array_to_string(languages, ',', '?') ~ '^([a-z]{2}(-[A-Z]{2})?(,|$))+$'"
            ),
            sells_to=(
                "coalesce(array_ndims(sells_to), 1) = 1 AND cardinality(sells_to) <= 250 "
                "AND array_to_string(sells_to, ',', '?') ~ '^([A-Z]{2}(,|$))*$'"
            ),
            time_zone=like("^[A-Za-z0-9_+/-]{1,40}$", "time_zone"),
            theme=objects("theme"),
            minutes=between(1, 1440, "reservation_minutes"),
            moments=moments("created_at"),
        ),
        CheckTable(
            "User",
            words=words("name"),
            email=like(r"^[^\s@]+@[^\s@]+$", "email"),
            password=like(r"^(!|[a-z0-9_]+\$)[!-~]*$", "password"),
            language=like("^[a-z]{2}(-[A-Z]{2})?$", "language"),
            moments=moments("created_at", "last_login"),
        ),
        CheckTable(
            "Membership",
            moments=moments("created_at"),
        ),
    ]
