"""Every process hears of changes of the outbox that are made by hand; what is put into it all day counts for nothing."""

from django.db import migrations

from eseller.tenancy.operations import WatchTable


class Migration(migrations.Migration):
    dependencies = [("services", "0004_outbox_unsent"), ("tenancy", "0005_change_triggers")]
    operations = [WatchTable("OutboxMessage", inserts=False)]
