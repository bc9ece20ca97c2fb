"""Snapshots of reference data, the functions by which every process reads them, and the settings of the platform."""

import django.db.models.functions.datetime
from django.db import migrations, models

from eseller.cluster.initialise import hand_to_platform
from eseller.tenancy.operations import WatchTable, history_trigger

GRANTS = """
GRANT SELECT, INSERT, UPDATE, DELETE ON tenancy_snapshot, tenancy_snapshotpart, tenancy_platformsetting
    TO eseller_platform;
"""
REVOKES = """
REVOKE ALL ON tenancy_snapshot, tenancy_snapshotpart, tenancy_platformsetting FROM eseller_platform;
"""
READERS = (
    """
CREATE FUNCTION eseller_snapshot(known bigint, known_made_at timestamptz)
RETURNS TABLE (version bigint, made_at timestamptz, manifest text, pinned boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT s.id, s.made_at, CASE WHEN (s.id, s.made_at) IS DISTINCT FROM (known, known_made_at)
        THEN s.manifest::text END, s.pinned
    FROM public.tenancy_snapshot s WHERE s.state = 'taken' ORDER BY s.pinned DESC, s.id DESC LIMIT 1
$$;

CREATE FUNCTION eseller_snapshot_parts(hashes text[]) RETURNS TABLE (hash text, body bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT p.hash::text, p.body FROM public.tenancy_snapshotpart p WHERE p.hash = ANY (hashes)
$$;

REVOKE EXECUTE ON FUNCTION eseller_snapshot(bigint, timestamptz), eseller_snapshot_parts(text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION eseller_snapshot(bigint, timestamptz), eseller_snapshot_parts(text[])
    TO eseller_web, eseller_platform;
"""
    + hand_to_platform("eseller_snapshot(bigint, timestamptz)")
    + "\n"
    + hand_to_platform("eseller_snapshot_parts(text[])")
)
NO_READERS = """
DROP FUNCTION eseller_snapshot_parts(text[]);
DROP FUNCTION eseller_snapshot(bigint, timestamptz);
"""


class Migration(migrations.Migration):

    dependencies = [
        ('tenancy', '0007_people_watched'),
    ]

    operations = [
        migrations.CreateModel(
            name='PlatformSetting',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=60, unique=True)),
                ('value', models.JSONField()),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('key__regex', '^[a-z_]{1,60}$')), name='platform_setting_key')],
            },
        ),
        migrations.CreateModel(
            name='Snapshot',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('manifest', models.JSONField(help_text='{parts: {name: hash}, tables: {name: [column]}}')),
                ('state', models.CharField(choices=[('trying', 'Trying'), ('refused', 'Refused'), ('taken', 'Taken'), ('taken_back', 'Taken Back')], default='trying', max_length=10)),
                ('reason', models.CharField(blank=True, default='', help_text='why it was made, or taken back', max_length=500)),
                ('evidence', models.JSONField(default=dict, help_text='what the trial has shown')),
                ('pinned', models.BooleanField(default=False, help_text='all processes stay with this one')),
                ('made_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['trying', 'refused', 'taken', 'taken_back'])), name='snapshot_state'), models.UniqueConstraint(condition=models.Q(('pinned', True)), fields=('pinned',), name='snapshot_one_pinned')],
            },
        ),
        migrations.CreateModel(
            name='SnapshotPart',
            fields=[
                ('hash', models.CharField(max_length=64, primary_key=True, serialize=False)),
                ('body', models.BinaryField()),
                ('made_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('hash__regex', '^[0-9a-f]{64}$')), name='snapshot_part_hash')],
            },
        ),
        migrations.RunSQL(GRANTS, REVOKES),
        migrations.RunSQL(READERS, NO_READERS),
        migrations.RunSQL(
            history_trigger("tenancy_platformsetting", []), "DROP TRIGGER history ON tenancy_platformsetting"
        ),
        WatchTable("PlatformSetting"),
        WatchTable("Snapshot"),
    ]
