"""Words in mails that operators write, of the platform: with history, and every process hears of changes."""

from django.db import migrations, models

from eseller.tenancy.operations import WatchTable, history_trigger


class Migration(migrations.Migration):

    dependencies = [
        ('services', '0005_watched'),
        ('tenancy', '0005_change_triggers'),
    ]

    operations = [
        migrations.CreateModel(
            name='MailText',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=40)),
                ('language', models.CharField(max_length=5)),
                ('body', models.CharField(max_length=500)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('name', 'language'), name='mail_text_once'), models.CheckConstraint(condition=models.Q(('name__regex', '^[a-z_]{1,40}$')), name='mail_text_name'), models.CheckConstraint(condition=models.Q(('language__regex', '^[a-z]{2}(-[A-Z]{2})?$')), name='mail_text_language')],
            },
        ),
        # Processes have them from the snapshot.
        migrations.RunSQL(
            "GRANT SELECT, INSERT, UPDATE, DELETE ON services_mailtext TO eseller_platform",
            "REVOKE ALL ON services_mailtext FROM eseller_platform",
        ),
        migrations.RunSQL(history_trigger("services_mailtext", []), "DROP TRIGGER history ON services_mailtext"),
        WatchTable("MailText"),
    ]
