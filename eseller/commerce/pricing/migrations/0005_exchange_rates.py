"""Exchange rates, of the platform: with history, and every process hears of changes."""

from django.db import migrations, models

from eseller.tenancy.operations import WatchTable, history_trigger


class Migration(migrations.Migration):

    dependencies = [
        ('pricing', '0004_watched'),
        ('tenancy', '0005_change_triggers'),
    ]

    operations = [
        migrations.CreateModel(
            name='ExchangeRate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('base', models.CharField(max_length=3)),
                ('currency', models.CharField(max_length=3)),
                ('rate_e9', models.BigIntegerField(help_text='134046000 is 0.134046')),
                ('quoted_on', models.DateField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('base', 'currency'), name='exchange_rate_once'), models.CheckConstraint(condition=models.Q(('base__regex', '^[A-Z]{3}$')), name='exchange_rate_base'), models.CheckConstraint(condition=models.Q(('currency__regex', '^[A-Z]{3}$')), name='exchange_rate_currency'), models.CheckConstraint(condition=models.Q(('base', models.F('currency')), _negated=True), name='exchange_rate_of_another'), models.CheckConstraint(condition=models.Q(('rate_e9__gte', 1), ('rate_e9__lte', 1000000000000000000)), name='exchange_rate_bounds')],
            },
        ),
        # Web processes have them from the snapshot.
        migrations.RunSQL(
            "GRANT SELECT, INSERT, UPDATE, DELETE ON pricing_exchangerate TO eseller_platform",
            "REVOKE ALL ON pricing_exchangerate FROM eseller_platform",
        ),
        migrations.RunSQL(history_trigger("pricing_exchangerate", []), "DROP TRIGGER history ON pricing_exchangerate"),
        WatchTable("ExchangeRate"),
    ]
