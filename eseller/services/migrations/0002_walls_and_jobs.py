"""Wall the outbox; let shops queue jobs without seeing the queue, and keep NOTIFY out of their transactions."""

from django.db import migrations

from eseller.cluster.initialise import hand_to_platform
from eseller.tenancy.operations import ProtectTable

# NOTIFY takes a global lock at commit, so one slow disk would stop every shop. Workers poll instead.
DROP_NOTIFY = """
DO $$
DECLARE t record;
BEGIN
    FOR t IN SELECT tgname FROM pg_trigger
             WHERE tgrelid = 'procrastinate_jobs'::regclass AND tgname LIKE 'procrastinate_jobs_notify%'
    LOOP EXECUTE format('DROP TRIGGER %I ON procrastinate_jobs', t.tgname); END LOOP;
END $$;
"""

QUEUE = (
    """
GRANT SELECT, INSERT, UPDATE, DELETE ON procrastinate_jobs, procrastinate_events, procrastinate_periodic_defers,
    procrastinate_workers TO eseller_platform;
GRANT USAGE ON SEQUENCE procrastinate_jobs_id_seq, procrastinate_events_id_seq,
    procrastinate_periodic_defers_id_seq TO eseller_platform;

CREATE FUNCTION eseller_defer(
    queue text, task text, shop bigint, args jsonb, lock text, once text, at timestamptz
) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
    own bigint := nullif(current_setting('eseller.shop_id', true), '')::bigint;
BEGIN
    -- A shop's session queues work for its own shop only.
    IF own IS DISTINCT FROM shop OR (args ->> 'shop_id')::bigint IS DISTINCT FROM shop THEN
        RAISE EXCEPTION 'a job for shop % was queued from shop %', shop, own USING ERRCODE = '42501';
    END IF;
    RETURN (public.procrastinate_defer_jobs_v1(ARRAY[
        ROW(queue, task, 0, lock, once, args, at)::public.procrastinate_job_to_defer_v1]))[1];
EXCEPTION WHEN unique_violation THEN
    RETURN NULL;  -- the same is queued already
END $$;

REVOKE EXECUTE ON FUNCTION eseller_defer(text, text, bigint, jsonb, text, text, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION eseller_defer(text, text, bigint, jsonb, text, text, timestamptz)
    TO eseller_web, eseller_platform;
"""
    + hand_to_platform("eseller_defer(text, text, bigint, jsonb, text, text, timestamptz)")
)


class Migration(migrations.Migration):
    dependencies = [
        ("services", "0001_initial"),
        ("tenancy", "0003_walls"),
        ("procrastinate", "0041_post_retry_failed_job"),
    ]
    operations = [
        ProtectTable("OutboxMessage"),
        migrations.RunSQL(DROP_NOTIFY, migrations.RunSQL.noop),
        migrations.RunSQL(
            QUEUE,
            "DROP FUNCTION eseller_defer(text, text, bigint, jsonb, text, text, timestamptz); "
            "REVOKE ALL ON procrastinate_jobs, procrastinate_events, procrastinate_periodic_defers, "
            "procrastinate_workers FROM eseller_platform",
        ),
    ]
