"""What each process tells operators of open findings, from its memory while the database is down."""

from django.db import migrations

from eseller.cluster.initialise import hand_to_platform

READER = (
    """
CREATE FUNCTION eseller_open_findings(most integer) RETURNS jsonb
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT jsonb_build_object(
        'open', (SELECT count(*) FROM public.tenancy_finding WHERE state = 'open'),
        'findings', coalesce(jsonb_agg(to_jsonb(found) ORDER BY found.id DESC), '[]'))
    FROM (
        SELECT f.id, s.slug AS shop, f.table_name AS "table", f.row_id AS "row", f.column_name AS "column", f.value,
            f.rule, f.pages, f.patch IS NOT NULL AS patched, f.found_by, f.seen, f.first_seen_at, f.last_seen_at,
            f.writer, f.writer_db_user, f.written_at, f.request_id
        FROM public.tenancy_finding f LEFT JOIN public.tenancy_shop s ON s.id = f.shop_id
        WHERE f.state = 'open' ORDER BY f.id DESC LIMIT most
    ) found
$$;

REVOKE EXECUTE ON FUNCTION eseller_open_findings(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION eseller_open_findings(integer) TO eseller_web, eseller_platform;
"""
    + hand_to_platform("eseller_open_findings(integer)")
)


class Migration(migrations.Migration):
    dependencies = [("tenancy", "0008_snapshots")]
    operations = [
        # The web role may not read the findings of other shops, a process must tell of all that it serves.
        migrations.RunSQL(READER, "DROP FUNCTION eseller_open_findings(integer)"),
    ]
