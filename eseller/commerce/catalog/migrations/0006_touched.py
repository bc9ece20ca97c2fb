"""Which products, and which categories they are in, a changed row belongs to: for whoever keeps pages that show them."""

from django.db import migrations

from eseller.cluster.initialise import hand_to_platform

# A row that is gone is not found; then whoever asks must take it that anything of the shop may have changed.
_OF_PRODUCT = ("producttext", "productcategory", "option", "variant", "productimage")
_FOUND = "\n    UNION ALL ".join(
    [
        "SELECT a.place, p.id FROM asked a JOIN public.catalog_product p ON p.id = a.row_id "
        "WHERE a.table_name = 'catalog_product'",
        *(
            f"SELECT a.place, x.product_id FROM asked a JOIN public.catalog_{name} x ON x.id = a.row_id "
            f"WHERE a.table_name = 'catalog_{name}'"
            for name in _OF_PRODUCT
        ),
        "SELECT a.place, o.product_id FROM asked a JOIN public.catalog_optionvalue x ON x.id = a.row_id "
        "JOIN public.catalog_option o ON o.id = x.option_id WHERE a.table_name = 'catalog_optionvalue'",
        "SELECT a.place, v.product_id FROM asked a JOIN public.pricing_price x ON x.id = a.row_id "
        "JOIN public.catalog_variant v ON v.id = x.variant_id WHERE a.table_name = 'pricing_price'",
        "SELECT a.place, v.product_id FROM asked a JOIN public.inventory_stockitem x ON x.id = a.row_id "
        "JOIN public.catalog_variant v ON v.id = x.variant_id WHERE a.table_name = 'inventory_stockitem'",
    ]
)
CREATE = f"""
CREATE FUNCTION eseller_touched(tables text[], row_ids bigint[])
RETURNS TABLE (place bigint, product_id bigint, category_ids bigint[])
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    WITH RECURSIVE asked AS (
        SELECT * FROM unnest(tables, row_ids) WITH ORDINALITY AS a (table_name, row_id, place)),
    found (place, product_id) AS ({_FOUND}),
    up (product_id, category_id, height) AS (
        SELECT DISTINCT f.product_id, c.category_id, 1 FROM found f
        JOIN public.catalog_productcategory c ON c.product_id = f.product_id
        UNION
        SELECT up.product_id, c.parent_id, up.height + 1 FROM up
        JOIN public.catalog_category c ON c.id = up.category_id
        WHERE c.parent_id IS NOT NULL AND up.height < 10)
    SELECT f.place, f.product_id, ARRAY(SELECT DISTINCT up.category_id FROM up WHERE up.product_id = f.product_id)
    FROM found f
$$;
REVOKE EXECUTE ON FUNCTION eseller_touched(text[], bigint[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION eseller_touched(text[], bigint[]) TO eseller_web, eseller_platform;
{hand_to_platform("eseller_touched(text[], bigint[])")}
"""


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0005_checked"),
        ("pricing", "0004_watched"),
        ("inventory", "0003_watched"),
    ]
    operations = [migrations.RunSQL(CREATE, "DROP FUNCTION eseller_touched(text[], bigint[])")]
