"""Full-text search in functions of its own: row-level security would keep it from its index."""

from django.db import migrations

from eseller.cluster.initialise import hand_to_platform

HELPERS = r"""
CREATE FUNCTION eseller_search_config(language text) RETURNS regconfig
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE left(language, 2)
        WHEN 'en' THEN 'pg_catalog.english'::regconfig
        WHEN 'da' THEN 'pg_catalog.danish'::regconfig
        WHEN 'de' THEN 'pg_catalog.german'::regconfig
        ELSE 'pg_catalog.simple'::regconfig END
$$;

CREATE FUNCTION eseller_search_plain(words text) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE AS $$ SELECT lower(public.unaccent(words)) $$;

CREATE FUNCTION eseller_search_mark(shop bigint, language text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT '~' || shop || '~' || language $$;

CREATE FUNCTION eseller_search_words(words text) RETURNS SETOF text
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT word FROM unnest(tsvector_to_array(to_tsvector('simple', public.eseller_search_plain(words)))) AS word
    WHERE length(word) BETWEEN 3 AND 60 AND word ~ '[[:alpha:]]'
$$;

CREATE INDEX search_entry_document ON catalog_searchentry USING gin (document) WITH (fastupdate = off);
CREATE INDEX variant_ean_find ON catalog_variant (shop_id, ean) WHERE ean <> '';
"""

# Every document holds a mark of its shop and language as a word, so that the index itself finds one shop's matches; the plain
# conditions on both stay and decide. At most 1000 matches are ranked, so that no query can be expensive.
SEARCH = r"""
CREATE FUNCTION eseller_search(query text, wanted_language text, most integer, skip integer)
RETURNS TABLE (product_id bigint, rank real, total bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public SET client_min_messages = error AS $$
DECLARE
    shop bigint := nullif(current_setting('eseller.shop_id', true), '')::bigint;
    words text := btrim(regexp_replace(public.eseller_search_plain(left(query, 200)), '\s+', ' ', 'g'));
    code text := btrim(left(query, 100));
    config regconfig := public.eseller_search_config(wanted_language);
    last_word text := substring(words from '(?:^| )(\w{2,60})$');
    wanted tsquery;
    marked tsquery;
BEGIN
    IF shop IS NULL OR words = '' THEN RETURN; END IF;
    IF last_word IS NULL OR words ~ '"| or ' THEN
        wanted := websearch_to_tsquery(config, words);
    ELSE
        wanted := websearch_to_tsquery(config, left(words, length(words) - length(last_word)))
            && (websearch_to_tsquery(config, last_word) || to_tsquery('simple', '''' || last_word || ''':*'));
    END IF;
    marked := ('''' || public.eseller_search_mark(shop, wanted_language) || '''')::tsquery && wanted;
    RETURN QUERY
    WITH exact AS (
        SELECT v.product_id FROM public.catalog_variant v
        JOIN public.catalog_product p ON p.id = v.product_id AND p.state = 'published'
        WHERE v.shop_id = shop AND v.active AND v.sku IN (code, upper(code), lower(code))
        UNION
        SELECT v.product_id FROM public.catalog_variant v
        JOIN public.catalog_product p ON p.id = v.product_id AND p.state = 'published'
        WHERE v.shop_id = shop AND v.active AND v.ean = code AND v.ean <> ''
    ), matched AS (
        SELECT e.product_id, ts_rank(e.document, wanted) AS rank FROM (
            SELECT s.product_id, s.document FROM public.catalog_searchentry s
            WHERE s.document @@ marked AND s.shop_id = shop AND s.language = wanted_language AND numnode(wanted) > 0
            LIMIT 1000) e
        UNION ALL SELECT exact.product_id, 10::real FROM exact
    )
    SELECT m.product_id, max(m.rank), count(*) OVER () FROM matched m
    GROUP BY m.product_id ORDER BY max(m.rank) DESC, m.product_id DESC
    LIMIT least(most, 100) OFFSET greatest(skip, 0);
END $$;

REVOKE EXECUTE ON FUNCTION eseller_search(text, text, integer, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION eseller_search(text, text, integer, integer) TO eseller_web, eseller_platform;
""" + hand_to_platform("eseller_search(text, text, integer, integer)")


class Migration(migrations.Migration):
    dependencies = [("catalog", "0002_walls")]
    operations = [
        migrations.RunSQL(
            HELPERS,
            "DROP INDEX variant_ean_find; DROP INDEX search_entry_document; "
            "DROP FUNCTION eseller_search_words(text); DROP FUNCTION eseller_search_mark(bigint, text); "
            "DROP FUNCTION eseller_search_plain(text); DROP FUNCTION eseller_search_config(text)",
        ),
        migrations.RunSQL(SEARCH, "DROP FUNCTION eseller_search(text, text, integer, integer)"),
    ]
