"""Who looks at changes and findings, the triggers' functions, and the changes of what this package owns."""

from django.db import migrations

from eseller.cluster.initialise import hand_to_platform
from eseller.tenancy.operations import ProtectTable, WatchTable

# Which transaction made a change tells a reader whether its last look could see it; see tenancy/changes.py.
COLUMN = """
ALTER TABLE tenancy_change ADD COLUMN xid xid8 NOT NULL DEFAULT pg_current_xact_id();
CREATE INDEX change_xid ON tenancy_change (xid);
"""
NO_COLUMN = "ALTER TABLE tenancy_change DROP COLUMN xid"


def trigger_function(name: str, shop: str) -> str:
    group = "" if shop == "NULL::bigint" else f"GROUP BY {shop}"
    having = "" if group else "HAVING count(*) > 0"
    return (
        f"""
CREATE FUNCTION {name}() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    INSERT INTO public.tenancy_change (shop_id, table_name, row_ids)
    SELECT {shop}, TG_TABLE_NAME, array_agg(id) FROM changed {group} {having};
    RETURN NULL;
END $$;
"""
        + hand_to_platform(f"{name}()")
    )


READERS = (
    """
CREATE FUNCTION eseller_changes_since(since text, most integer)
RETURNS TABLE (seen text, shop_id bigint, table_name text, row_ids bigint[])
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT pg_current_snapshot()::text, c.shop_id, c.table_name::text, c.row_ids
    FROM (SELECT 1) AS always LEFT JOIN LATERAL (
        SELECT x.shop_id, x.table_name, x.row_ids FROM public.tenancy_change x
        WHERE x.xid >= pg_snapshot_xmin(since::pg_snapshot)
            AND NOT pg_visible_in_snapshot(x.xid, since::pg_snapshot)
        ORDER BY x.id LIMIT most) c ON true
$$;

CREATE FUNCTION eseller_quarantine(shops bigint[])
RETURNS TABLE (shop_id bigint, table_name text, row_id bigint, patch jsonb)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT f.shop_id, f.table_name::text, f.row_id, f.patch FROM public.tenancy_finding f
    WHERE f.state = 'open' AND f.shop_id IS NOT NULL AND (shops IS NULL OR f.shop_id = ANY (shops))
$$;

REVOKE EXECUTE ON FUNCTION eseller_changes_since(text, integer), eseller_quarantine(bigint[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION eseller_changes_since(text, integer), eseller_quarantine(bigint[])
    TO eseller_web, eseller_platform;
"""
    + hand_to_platform("eseller_changes_since(text, integer)")
    + "\n"
    + hand_to_platform("eseller_quarantine(bigint[])")
)
NO_READERS = """
DROP FUNCTION eseller_quarantine(bigint[]);
DROP FUNCTION eseller_changes_since(text, integer);
"""
TRIGGERS = {
    "eseller_change_of_shop": "shop_id",
    "eseller_change_of_shops": "id",
    "eseller_change_of_platform": "NULL::bigint",
}


class Migration(migrations.Migration):
    dependencies = [("tenancy", "0004_changes_and_findings")]
    operations = [
        migrations.RunSQL(COLUMN, NO_COLUMN),
        ProtectTable("Change", web="SELECT"),
        ProtectTable("Finding", web="SELECT, INSERT, UPDATE"),
        *(
            migrations.RunSQL(trigger_function(name, shop), f"DROP FUNCTION {name}()")
            for name, shop in TRIGGERS.items()
        ),
        migrations.RunSQL(READERS, NO_READERS),
        WatchTable("Shop"),
        WatchTable("Domain"),
        WatchTable("Finding"),
    ]
