"""Put something in the cart."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from eseller.commerce.cart.errors import CartFull, NotEnough, NotForSale, QuantityOutOfRange
from eseller.commerce.cart.models import MAX_LINES, MAX_QUANTITY
from eseller.commerce.cart.queries import owned_by, owner_values
from eseller.commerce.cart.records import Added, CartOwner
from eseller.kernel.ids import hash_token, new_token
from eseller.tenancy.hosts import ShopInfo
from eseller.tenancy.outages import attempt_token
from eseller.tenancy.scope import require_scope
from eseller.tenancy.sql import fetch

_LOOK = """
SELECT EXISTS (SELECT FROM pricing_price x JOIN pricing_pricelist y ON y.id = x.price_list_id
               WHERE x.variant_id = v.id AND y.currency = %(currency)s),
       CASE WHEN s.id IS NULL THEN 0 WHEN s.tracked AND NOT s.backorder THEN greatest(s.on_hand - s.reserved, 0) END,
       c.id, c.lines, coalesce(c.pieces, 0), coalesce(c.same, 0), c.checkout_key
FROM catalog_variant v
JOIN catalog_product p ON p.id = v.product_id
LEFT JOIN inventory_stockitem s ON s.variant_id = v.id
LEFT JOIN (
    SELECT c.id, c.checkout_key, count(l.id)::int AS lines, sum(l.quantity)::int AS pieces,
           sum(l.quantity) FILTER (WHERE l.variant_id = %(variant)s)::int AS same
    FROM cart_cart c LEFT JOIN cart_cartline l ON l.cart_id = c.id WHERE {owned} GROUP BY c.id
) c ON true
WHERE v.id = %(variant)s AND v.active AND p.state = 'published'
"""
_INTO = """
WITH cart AS ({cart}), line AS (
    INSERT INTO cart_cartline AS l (shop_id, cart_id, variant_id, quantity, added_at)
    SELECT %(shop)s, cart.id, %(variant)s, %(quantity)s, now() FROM cart
    ON CONFLICT (shop_id, cart_id, variant_id) DO UPDATE SET quantity = {held}
    RETURNING quantity
)
SELECT quantity FROM line
"""
_MORE = "least(l.quantity + excluded.quantity, %(most)s)"
# A changed cart has a new checkout key: what was shown at the checkout before is not what would be ordered.
_KNOWN = "UPDATE cart_cart SET updated_at = now(), checkout_key = %(key)s WHERE id = %(cart)s RETURNING id"
_NEW = """
INSERT INTO cart_cart (shop_id, token_hash, customer_id, checkout_key, created_at, updated_at)
VALUES (%(shop)s, %(token)s, %(customer)s, %(key)s, now(), now())
ON CONFLICT {conflict} RETURNING id
"""
_OF_A_CUSTOMER = _NEW.format(
    conflict="(shop_id, customer_id) WHERE customer_id IS NOT NULL "
    "DO UPDATE SET updated_at = now(), checkout_key = excluded.checkout_key"
)
# This very request may have made it before, and never have heard of it: nobody has its token, so it gets a new one.
_OF_NOBODY = _NEW.format(conflict="(shop_id, checkout_key) DO UPDATE SET token_hash = excluded.token_hash")


def add_line(*, owner: CartOwner, shop: ShopInfo, variant_id: int, quantity: int, actor: str) -> Added:  # noqa: ARG001
    """Add pieces of a variant to the cart, and make the cart when there is none. Two statements.

    Call it inside a ``shop_transaction``.

    Raises:
        QuantityOutOfRange: when quantity is not 1 to MAX_QUANTITY, or the line would hold more than that.
        CartFull: when the cart has MAX_LINES others.
        NotForSale: when the variant is unknown, unpublished or has no price.
        NotEnough: when there are fewer left than the line would hold.
    """
    if not 1 <= quantity <= MAX_QUANTITY or not 0 < variant_id < 2**63:
        raise QuantityOutOfRange(_("Choose a quantity from 1 to %(most)s.") % {"most": MAX_QUANTITY})
    values = {"variant": variant_id, "currency": shop.currency, "quantity": quantity, "most": MAX_QUANTITY}
    rows = fetch(_LOOK.format(owned=owned_by(owner)), owner_values(owner) | values)
    if not rows or not rows[0][0]:
        raise NotForSale(_("This is not for sale at present."))
    _priced, left, cart_id, lines, pieces, same, former_key = rows[0]
    key = attempt_token()
    if former_key == key:
        # This very request was done before, and its answer lost.
        return Added(count=pieces, quantity=same, new_token=None)
    _check(left=left, lines=lines or 0, same=same, quantity=quantity)
    token = None
    values |= {"shop": require_scope(), "key": key, "cart": cart_id, "customer": owner.customer_id}
    if cart_id is None:
        token = new_token()
        values["token"] = hash_token(token)
    if cart_id is not None:
        into = _INTO.format(cart=_KNOWN, held=_MORE)
    elif owner.customer_id is not None:
        into = _INTO.format(cart=_OF_A_CUSTOMER, held=_MORE)
    else:
        into = _INTO.format(cart=_OF_NOBODY, held="excluded.quantity")
    ((now_held,),) = fetch(into, values)
    return Added(
        count=pieces - same + now_held, quantity=now_held, new_token=None if owner.customer_id is not None else token
    )


def _check(*, left: int | None, lines: int, same: int, quantity: int) -> None:
    if not same and lines >= MAX_LINES:
        raise CartFull(_("The cart is full. Order what is in it first, or take something out."))
    if same + quantity > MAX_QUANTITY:
        raise QuantityOutOfRange(_("Choose a quantity from 1 to %(most)s.") % {"most": MAX_QUANTITY})
    if left is not None and left < same + quantity:
        if left == 0:
            raise NotEnough(_("This is sold out."), left=0)
        text = ngettext("Only %(left)s is left.", "Only %(left)s are left.", left) % {"left": left}
        raise NotEnough(text, left=left)
