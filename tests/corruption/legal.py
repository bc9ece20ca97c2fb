"""What damage leaves a row as it may be, where and why; and what a finding names if not the damaged column."""

from collections.abc import Iterator

from eseller.resilience.records.kind import kinds
from eseller.tenancy.guard.rows import references
from tests.corruption.cases import Case

LEGAL: dict[str, dict[str, str]] = {
    "People write what they like here, in one or more lines; it is escaped wherever it is shown.": {
        "blank breaks empty html nonsense template": """catalog_categorytext.description
            catalog_producttext.description content_hometext.hero_text content_pagetext.body orders_order.note
            tenancy_shop.address services_outboxmessage.last_error""",
        "blank empty html nonsense template": """catalog_product.brand catalog_product.external_id
            catalog_product.product_type catalog_producttext.seo_title catalog_producttext.seo_description
            content_hometext.tagline content_hometext.hero_title orders_fulfilment.tracking_number
            orders_fulfilment.actor orders_invoice.printed_number orders_order.shipping_name
            orders_order.customer_reference orders_orderevent.actor orders_orderline.sku orders_orderline.options
            payments_payment.reference payments_payment.failure payments_refund.actor payments_refund.reason
            pricing_pricelist.name customers_address.company customers_address.line2 customers_address.region
            orders_orderaddress.company orders_orderaddress.line2 orders_orderaddress.region media_mediaimage.failure
            tenancy_shop.bank_account""",
        "blank html nonsense template": "catalog_variant.sku",
        "blank html nonsense": "services_mailtext.body",
        "html nonsense template": """catalog_categorytext.title catalog_producttext.title content_pagetext.title
            customers_address.name customers_address.line1 customers_address.city customers_customer.name
            orders_orderaddress.name orders_orderaddress.line1 orders_orderaddress.city orders_orderline.title
            tenancy_shop.name tenancy_user.name""",
        "nonsense": "catalog_product.tags customers_address.postcode orders_orderaddress.postcode orders_order.number",
        "blank nonsense template": "customers_address.phone orders_orderaddress.phone tenancy_shop.vat_number",
        "blank empty": "tenancy_shop.order_prefix",
    },
    "Others choose what stands here: a form's token, a provider. It is compared, and shown to nobody.": {
        "html nonsense template": """orders_fulfilment.key payments_refund.key payments_paymentevent.event_id
            services_outboxmessage.key""",
        "nonsense": "payments_paymentevent.kind",
    },
    "Words by language, and lists of words: what stands in them is escaped; there may be none.": {
        "html_inside": """catalog_option.names catalog_optionvalue.labels catalog_productimage.alts
            payments_paymentmethod.names payments_paymentmethod.instructions shipping_shippingmethod.names
            tenancy_platformsetting.value catalog_product.tags""",
        "empty": """catalog_productimage.alts payments_paymentmethod.instructions tenancy_platformsetting.value
            tenancy_shop.sells_to""",
        "bounds": "catalog_product.tags tenancy_shop.languages",
    },
    "What is in it is looked up by name; all else is ignored.": {
        "control_inside html_inside huge_inside huge_number null_inside odd_key wrong_inside empty": """
            orders_orderevent.data services_outboxmessage.payload tenancy_shop.theme""",
    },
    "There need not be one.": {
        "null": """cart_cart.customer_id catalog_category.image_id catalog_variant.sku catalog_variant.value1_id
            content_home.hero_image_id orders_invoice.imprint orders_order.placed_at orders_order.customer_id
            orders_order.from_cart orders_orderline.variant_id tenancy_user.last_login""",
        "json_null": "orders_invoice.imprint",
        "empty": "orders_order.form_digest payments_testcardcharge.last4",
    },
    "A number like another.": {
        "is -2147483648, is -1, is 32768, is 50001, is 1000000001, is 2147483647": """catalog_category.position
            catalog_productcategory.position content_page.position payments_paymentmethod.position
            shipping_shippingmethod.position""",
        "is 0, is 12, is 301, is 1441, is 32767": """catalog_optionvalue.position orders_orderline.position
            catalog_productimage.position catalog_variant.position content_featuredproduct.position
            services_outboxmessage.attempts""",
        "is 12, is 301": "tenancy_shop.reservation_minutes",
        "is 0": """inventory_stockitem.reserved orders_orderline.vat_rate_bp orders_orderline.fulfilled
            orders_ordervat.rate_bp payments_payment.refunded pricing_vatrate.rate_bp""",
        "is 0, is 2147483648": """orders_orderline.unit_price orders_ordervat.net orders_ordervat.vat
            payments_paymentevent.amount payments_testcardcharge.amount pricing_price.amount
            shipping_shippingrate.amount""",
        "is 2147483648": """payments_payment.amount payments_refund.amount pricing_price.compare_at
            shipping_shippingrate.at_least""",
        "is 0, is 32768, is 50001": "catalog_variant.weight_g",
        "is 0, is 32768, is 50001, is 1000000001, is 2147483647": "media_mediaimage.bytes",
        "is 32768": "media_mediaimage.width media_mediaimage.height",
        "is 32768, is 50001": "inventory_reservation.quantity inventory_stockitem.on_hand",
        "is 32768, is 50001, is 1000000001, is 2147483647": "orders_fulfilmentline.quantity orders_orderline.quantity",
        "is 2147483648, is 10000000000001, is 9007199254740993": "pricing_exchangerate.rate_e9",
        "is 2147483648, is 10000000000001, is 9007199254740993, is 9223372036854775807": """orders_invoice.number
            orders_order.from_cart""",
    },
    "People belong to no shop.": {"foreign": "tenancy_membership.user_id"},
    "Nothing in the row tells that it was another shop's; what referred to it has lost it.": {
        "foreign": """catalog_product.shop_id content_page.shop_id customers_customer.shop_id media_mediaimage.shop_id
            payments_paymentmethod.shop_id payments_testcardcharge.shop_id services_outboxmessage.shop_id
            shipping_shippingmethod.shop_id tenancy_membership.shop_id""",
    },
}
"""Reason, then damages, then the columns in which they are legal."""
NAMED = {
    "inventory_stockitem.reserved": "on_hand",
    "orders_order.net": "total",
    "orders_order.vat": "total",
    "orders_orderline.net": "total",
    "orders_orderline.vat": "total",
    "orders_invoice.net": "total",
    "orders_invoice.vat": "total",
    "payments_payment.amount": "authorised",
    "payments_payment.authorised": "captured",
    "payments_payment.captured": "refunded",
    "content_hometext.shop_id": "language",
    "pricing_pricelist.shop_id": "currency",
}
"""Where a rule is about several columns, a breach may be laid to another one than the damaged."""
DOUBLE = {
    "cart_cart": "token_hash",
    "cart_cartline": "variant_id",
    "catalog_category": "slug",
    "catalog_categorytext": "language",
    "catalog_option": "position",
    "catalog_optionvalue": "position",
    "catalog_product": "slug",
    "catalog_productcategory": "product_id",
    "catalog_productimage": "image_id",
    "catalog_producttext": "language",
    "catalog_variant": "sku",
    "content_featuredproduct": "product_id",
    "content_home": "shop_id",
    "content_hometext": "language",
    "content_page": "slug",
    "content_pagetext": "language",
    "customers_address": "customer_id",
    "customers_customer": "email",
    "customers_customersession": "token_hash",
    "inventory_reservation": "variant_id",
    "inventory_stockitem": "variant_id",
    "media_mediaimage": "sha256",
    "orders_fulfilment": "key",
    "orders_fulfilmentline": "order_line_id",
    "orders_invoice": "number",
    "orders_order": "number",
    "orders_orderaddress": "kind",
    "orders_orderevent": "",
    "orders_orderline": "position",
    "orders_ordervat": "rate_bp",
    "payments_payment": "token",
    "payments_paymentevent": "event_id",
    "payments_paymentmethod": "code",
    "payments_refund": "key",
    "payments_testcardcharge": "reference",
    "pricing_exchangerate": "currency",
    "pricing_price": "price_list_id",
    "pricing_pricelist": "currency",
    "pricing_vatrate": "vat_class",
    "services_mailtext": "language",
    "services_outboxmessage": "key",
    "shipping_shippingmethod": "code",
    "shipping_shippingrate": "at_least",
    "tenancy_domain": "host",
    "tenancy_membership": "user_id",
    "tenancy_platformsetting": "key",
    "tenancy_shop": "slug",
    "tenancy_user": "email",
}
"""By what a row is told from one that is like it but for its number: the last column of the first unique key. Events of
an order may be alike."""
MOVES = frozenset({"id", "shop_id"})
"""With another number or shop a row leaves those that refer to it: these are found as well, or instead."""


def _legal() -> Iterator[tuple[str, str]]:
    for where in LEGAL.values():
        for damages, columns in where.items():
            names = damages.split(", ") if ", " in damages or damages.startswith("is ") else damages.split()
            yield from ((column, name) for column in columns.split() for name in names)


_LEGAL = frozenset(_legal())


def expected(case: Case) -> set[str]:
    """Return the columns one of which the finding of a case names; none where the damage is legal."""
    table, column = case.column.table, case.column.name
    if not case.is_cell:
        return {"twin": {"id"}, "double": {DOUBLE[table]} - {""}, "removed": set()}[case.damage]
    if (case.column.label, case.damage) in _LEGAL or (case.column.type == "boolean" and case.damage == "flipped"):
        return set()
    if column == "id" and case.damage.startswith("is ") and int(case.damage[3:]) > 0:
        return set()
    found = {column} | ({NAMED[case.column.label]} if case.column.label in NAMED else set())
    if column == "shop_id" and case.damage == "foreign":
        found |= {name for name, _target, _same in references(table)}
    return found


def of_others(case: Case) -> bool:
    """Tell whether a row says now that it is the other shop's, which shows it, or has it in the place of its own."""
    return case.column.name == "shop_id" and case.damage == "foreign"


def columns_beside(case: Case) -> set[tuple[str, str]]:
    """Return table and column of the references that a case may break besides."""
    if case.is_cell and case.column.name not in MOVES:
        return set()
    table = case.column.table
    return {(one, column) for one in kinds() for column, target, _same in references(one) if target == table}
