"""The history trigger and the named functions that may look across shops."""

from django.db import migrations

from eseller.cluster.initialise import hand_to_platform

HISTORY = (
    """
CREATE FUNCTION eseller_history() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
    left_out text[] := coalesce(TG_ARGV, '{}');  -- columns that history must not keep
    old_row jsonb;
    new_row jsonb;
    some_row jsonb;
BEGIN
    IF TG_OP <> 'INSERT' THEN old_row := to_jsonb(OLD) - left_out; END IF;
    IF TG_OP <> 'DELETE' THEN new_row := to_jsonb(NEW) - left_out; END IF;
    IF TG_OP = 'UPDATE' AND old_row = new_row THEN RETURN NULL; END IF;
    some_row := coalesce(new_row, old_row);
    INSERT INTO public.tenancy_history
        (shop_id, table_name, row_id, operation, before, after, actor, db_user, request_id)
    VALUES (
        CASE WHEN TG_TABLE_NAME = 'tenancy_shop' THEN (some_row ->> 'id')::bigint
             ELSE (some_row ->> 'shop_id')::bigint END,
        TG_TABLE_NAME, (some_row ->> 'id')::bigint, TG_OP, old_row, new_row,
        coalesce(current_setting('eseller.actor', true), ''), session_user,
        coalesce(current_setting('eseller.request_id', true), '')
    );
    RETURN NULL;
END $$;
"""
    + hand_to_platform("eseller_history()")
)

LOOKUPS = (
    """
CREATE FUNCTION eseller_shop_info(wanted bigint) RETURNS json
LANGUAGE sql STABLE SET search_path = pg_catalog, public AS $$
    SELECT json_build_object(
        'id', s.id, 'slug', s.slug, 'name', s.name, 'state', s.state, 'country', s.country,
        'currency', s.currency, 'default_language', s.default_language, 'languages', s.languages,
        'time_zone', s.time_zone, 'prices_include_vat', s.prices_include_vat, 'sells_to', s.sells_to,
        'contact_email', s.contact_email, 'address', s.address, 'vat_number', s.vat_number,
        'bank_account', s.bank_account, 'order_prefix', s.order_prefix,
        'reservation_minutes', s.reservation_minutes, 'theme', s.theme,
        'primary_host', coalesce(
            (SELECT d.host FROM public.tenancy_domain d WHERE d.shop_id = s.id
             ORDER BY d.is_primary DESC, d.id LIMIT 1), ''))
    FROM public.tenancy_shop s WHERE s.id = wanted
$$;

CREATE FUNCTION eseller_host_lookup(wanted text) RETURNS json
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT public.eseller_shop_info(d.shop_id) FROM public.tenancy_domain d WHERE d.host = wanted
$$;


CREATE FUNCTION eseller_member_shops(member bigint)
RETURNS TABLE (shop_id bigint, slug text, name text, role text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT s.id, s.slug::text, s.name::text, m.role::text
    FROM public.tenancy_membership m
    JOIN public.tenancy_shop s ON s.id = m.shop_id
    JOIN public.tenancy_user u ON u.id = m.user_id
    WHERE m.user_id = member AND u.is_active
    ORDER BY s.name, s.id
$$;


REVOKE EXECUTE ON FUNCTION eseller_shop_info(bigint), eseller_host_lookup(text), eseller_member_shops(bigint)
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION eseller_shop_info(bigint), eseller_host_lookup(text), eseller_member_shops(bigint)
    TO eseller_web, eseller_platform;
"""
    + hand_to_platform("eseller_host_lookup(text)")
    + "\n"
    + hand_to_platform("eseller_member_shops(bigint)")
)


class Migration(migrations.Migration):
    dependencies = [("tenancy", "0001_initial")]
    operations = [
        migrations.RunSQL(HISTORY, "DROP FUNCTION eseller_history() CASCADE"),
        migrations.RunSQL(
            LOOKUPS,
            "DROP FUNCTION eseller_member_shops(bigint); DROP FUNCTION eseller_host_lookup(text); "
            "DROP FUNCTION eseller_shop_info(bigint)",
        ),
    ]
