"""A paper keeps what is printed on it and changes later: its number with the prefix, the seller, how it is to be paid."""

from django.db import migrations, models

# Papers of earlier releases are taken to have been printed as they would be today. Row-level security holds for the
# owner too, so the platform role writes it.
BACKFILL = """
SET LOCAL ROLE eseller_platform;
UPDATE orders_invoice i SET
    printed_number = s.order_prefix || CASE i.kind WHEN 'invoice' THEN 'I-' ELSE 'C-' END || i.number,
    imprint = jsonb_build_object(
        'name', s.name, 'address', s.address, 'vat_number', s.vat_number, 'contact_email', s.contact_email,
        'bank_account', s.bank_account,
        'payment_name', coalesce(m.names ->> o.language, m.names ->> s.default_language, o.payment_method),
        'instructions', CASE WHEN o.payment_state IN ('unpaid', 'partially_paid') THEN replace(
            coalesce(m.instructions ->> o.language, m.instructions ->> s.default_language, ''),
            '{account}', s.bank_account) ELSE '' END,
        'reference', o.number,
        'to_pay', o.payment_state IN ('unpaid', 'partially_paid'), 'paid', o.payment_state = 'paid')
FROM orders_order o
JOIN tenancy_shop s ON s.id = o.shop_id
LEFT JOIN payments_paymentmethod m ON m.shop_id = o.shop_id AND m.code = o.payment_method
WHERE o.shop_id = i.shop_id AND o.id = i.order_id AND i.printed_number = '';
RESET ROLE;
"""


class Migration(migrations.Migration):
    dependencies = [("orders", "0006_watched"), ("payments", "0002_walls"), ("tenancy", "0003_walls")]
    operations = [
        migrations.AddField(
            "invoice",
            "printed_number",
            models.CharField(max_length=40, db_default="", help_text="with the prefix of its day"),
        ),
        migrations.AddField(
            "invoice",
            "imprint",
            models.JSONField(null=True, help_text="the seller and the terms as they were; see imprint.py"),
        ),
        migrations.RunSQL(BACKFILL, migrations.RunSQL.noop),
    ]
