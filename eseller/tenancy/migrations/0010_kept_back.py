"""Processes hear of bad rows of the platform's own tables as well, which the shops of all read."""

from django.db import migrations

from eseller.cluster.initialise import hand_to_platform

KEPT_BACK = """
CREATE FUNCTION eseller_kept_back(shops bigint[])
RETURNS TABLE (shop_id bigint, table_name text, row_id bigint, patch jsonb)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT f.shop_id, f.table_name::text, f.row_id, f.patch FROM public.tenancy_finding f
    WHERE f.state = 'open' AND (shops IS NULL OR f.shop_id IS NULL OR f.shop_id = ANY (shops))
$$;

REVOKE EXECUTE ON FUNCTION eseller_kept_back(bigint[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION eseller_kept_back(bigint[]) TO eseller_web, eseller_platform;
""" + hand_to_platform("eseller_kept_back(bigint[])")


class Migration(migrations.Migration):
    dependencies = [("tenancy", "0009_open_findings")]
    operations = [migrations.RunSQL(KEPT_BACK, "DROP FUNCTION eseller_kept_back(bigint[])")]
