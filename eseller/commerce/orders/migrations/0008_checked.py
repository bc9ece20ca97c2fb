"""The database refuses what the guard would have to hide, as far as one row tells."""

from django.db import migrations

from eseller.tenancy.conditions import amounts, between, blocks, like, lines, moments, objects, words
from eseller.tenancy.operations import CheckTable


class Migration(migrations.Migration):
    # Each check is a step of its own, so that nobody waits for the rows that are looked at.
    atomic = False
    dependencies = [("orders", "0007_imprint")]
    operations = [
        CheckTable(
            "Order",
            words=words("number"),
            tokens=like("^[A-Za-z0-9_.:=+/-]{1,128}$", "public_id", "checkout_key"),
            digest=like("^[A-Za-z0-9_=-]*$", "form_digest"),
            email=like(r"^[^\s@]+@[^\s@]+$", "email"),
            language=like("^[a-z]{2}(-[A-Z]{2})?$", "language"),
            currency=like("^[A-Z]{3}$", "currency"),
            methods=like("^[a-z0-9][a-z0-9_-]{0,39}$", "payment_method", "shipping_method"),
            lines=lines("shipping_name", "customer_reference"),
            blocks=blocks(2000, "note"),
            amounts=amounts("net", "vat", "total"),
            cart="from_cart > 0",
            moments=moments("created_at", "placed_at", "cancelled_at"),
        ),
        CheckTable(
            "OrderAddress",
            words=words("name", "line1", "postcode", "city"),
            lines=lines("company", "line2", "region", "phone"),
            country=like("^[A-Z]{2}$", "country"),
        ),
        CheckTable(
            "OrderLine",
            words=words("title"),
            lines=lines("sku", "options"),
            vat_class=like("^[a-z_]{1,20}$", "vat_class"),
            rate=between(0, 5000, "vat_rate_bp"),
            amounts=amounts("unit_price", "net", "vat", "total"),
        ),
        CheckTable(
            "OrderVat",
            rate=between(0, 5000, "rate_bp"),
            amounts=amounts("net", "vat"),
        ),
        CheckTable(
            "Fulfilment",
            words=words("key"),
            lines=lines("tracking_number", "actor"),
            moments=moments("at"),
        ),
        CheckTable(
            "Invoice",
            key=like("^[A-Za-z0-9_.:=+/-]{1,128}$", "key"),
            number="number > 0",
            currency=like("^[A-Z]{3}$", "currency"),
            amounts=amounts("net", "vat", "total"),
            split="jsonb_typeof(vat_split) = 'array'",
            imprint="jsonb_typeof(imprint) IN ('object', 'null')",
            lines=lines("printed_number"),
            moments=moments("issued_at"),
        ),
        CheckTable(
            "OrderEvent",
            kind=like("^[a-z_]+$", "kind"),
            data=objects("data"),
            lines=lines("actor"),
            moments=moments("at"),
        ),
    ]
