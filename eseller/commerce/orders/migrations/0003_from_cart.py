"""An order knows the cart that it was made of: what is bought leaves the cart however late the payment comes."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("orders", "0002_walls")]
    operations = [
        migrations.AddField(
            "order",
            "from_cart",
            models.BigIntegerField(null=True, help_text="id of the cart that it was made of; carts come and go"),
        ),
    ]
