"""Full-text search in functions of its own: row-level security would keep it from its index."""

from django.contrib.postgres.search import SearchVectorField
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
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT '~' || shop::text || '~' || language $$;

CREATE FUNCTION eseller_search_words(words text) RETURNS SETOF text
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT word FROM unnest(tsvector_to_array(to_tsvector('simple', public.eseller_search_plain(words)))) AS word
    WHERE length(word) BETWEEN 3 AND 60 AND word ~ '[[:alpha:]]'
$$;

CREATE FUNCTION eseller_search_begun(shop bigint, beginning text) RETURNS tsquery
LANGUAGE sql STABLE AS $$
    SELECT coalesce(string_agg('''' || replace(replace(w.word, '\', '\\'), '''', '''''') || '''', ' | '), '')::tsquery
    FROM (
        SELECT word FROM public.catalog_searchword
        WHERE shop_id = shop AND word >= beginning AND word < beginning || chr(1114111)
        ORDER BY uses DESC, word LIMIT 20) w
$$;

CREATE INDEX search_entry_document ON catalog_searchentry USING gin (document) WITH (fastupdate = off);
CREATE INDEX search_entry_head ON catalog_searchentry USING gin (head) WITH (fastupdate = off);
CREATE INDEX variant_ean_find ON catalog_variant (shop_id, ean) WHERE ean <> '';
"""

# Every entry holds a mark of its shop and language as a word, so that the index itself finds one shop's matches. The plain
# condition on both stays and decides; it is written so that no other index can answer it, which the planner would take for
# cheaper without knowing how big a shop is. What is found in titles and the like is ranked, at most 500 entries; what only
# descriptions say comes after it, at most 500 more. The beginning of a word is looked up
# among the shop's own words: a prefix in the index itself would walk through all shops. So no query can be expensive. The plan is made once a connection: a
# plan made for each query costs more than the query.
SEARCH = r"""
CREATE FUNCTION eseller_search(query text, wanted_language text, most integer, skip integer)
RETURNS TABLE (product_id bigint, rank real, total bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 24
SET search_path = pg_catalog, public SET client_min_messages = error
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
DECLARE
    shop bigint := nullif(current_setting('eseller.shop_id', true), '')::bigint;
    words text := btrim(regexp_replace(public.eseller_search_plain(left(query, 200)), '\s+', ' ', 'g'));
    code text := btrim(left(query, 100));
    config regconfig := public.eseller_search_config(wanted_language);
    last_word text := substring(words from '(?:^| )(\w{2,60})$');
    wanted tsquery;
    marked tsquery;
BEGIN
    IF shop IS NULL OR words = '' OR wanted_language !~ '^[a-z]{2}(-[A-Z]{2})?$' THEN RETURN; END IF;
    IF last_word IS NULL OR words ~ '"| or ' THEN
        wanted := websearch_to_tsquery(config, words);
    ELSE
        wanted := websearch_to_tsquery(config, left(words, length(words) - length(last_word)))
            && (websearch_to_tsquery(config, last_word) || public.eseller_search_begun(shop, last_word));
    END IF;
    IF numnode(wanted) = 0 THEN marked := NULL; ELSE
        marked := ('''' || public.eseller_search_mark(shop, wanted_language) || '''')::tsquery && wanted;
    END IF;
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
        SELECT e.product_id, ts_rank(e.head, wanted) AS rank FROM (
            SELECT s.product_id, s.head FROM public.catalog_searchentry s
            WHERE s.head @@ marked AND (s.shop_id, s.language::text) IS NOT DISTINCT FROM (shop, wanted_language) LIMIT 500) e
        UNION ALL
        (SELECT s.product_id, 0::real FROM public.catalog_searchentry s
            WHERE s.document @@ marked AND (s.shop_id, s.language::text) IS NOT DISTINCT FROM (shop, wanted_language) LIMIT 500)
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
        migrations.AddField(
            "searchentry",
            "head",
            SearchVectorField(default="", help_text="all but the description; small, so that ranking by it is cheap"),
            preserve_default=False,
        ),
        migrations.RunSQL(
            HELPERS,
            "DROP INDEX variant_ean_find; DROP INDEX search_entry_head; DROP INDEX search_entry_document; "
            "DROP FUNCTION eseller_search_begun(bigint, text); DROP FUNCTION eseller_search_words(text); DROP FUNCTION eseller_search_mark(bigint, text); "
            "DROP FUNCTION eseller_search_plain(text); DROP FUNCTION eseller_search_config(text)",
        ),
        migrations.RunSQL(SEARCH, "DROP FUNCTION eseller_search(text, text, integer, integer)"),
    ]
