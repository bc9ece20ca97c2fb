"""Carts are found by their checkout key when an order is placed."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cart", "0002_walls")]
    operations = [
        migrations.AddConstraint(
            "cart", models.UniqueConstraint(fields=["shop", "checkout_key"], name="cart_checkout_once")
        ),
    ]
