"""Set a new password by a link that was mailed."""

from django.contrib.auth.hashers import check_password, make_password
from django.core import signing
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from eseller.commerce.customers.actions.sign_in import LONGEST_PASSWORD, start_session, this_shop
from eseller.commerce.customers.errors import InvalidFields, LinkExpired
from eseller.commerce.customers.models import Customer, CustomerSession
from eseller.commerce.customers.passwords import weakness
from eseller.commerce.customers.records import SignedIn
from eseller.commerce.customers.rules import tidy
from eseller.kernel.ids import new_token
from eseller.services import outbox
from eseller.tenancy import throttle
from eseller.tenancy.scope import require_scope, shop_transaction

LINK_SECONDS = 3600
KIND = "customer_password_reset"


def ask_reset(*, email: str, client: str, language: str, actor: str) -> None:
    """Mail a link for a new password if there is such a customer; the answer never tells whether.

    The link is ``/account/reset/<token>``. Call it outside any transaction, with the shop in the context.

    Args:
        email: as typed.
        client: the address the request came from.
        language: of the mail.
        actor: who does it.

    Raises:
        TooManyAttempts: by this client or for this e-mail.
    """
    shop_id = this_shop()
    email = tidy(email).lower()[:200]
    throttle.hit(("customer reset by client", shop_id, client), limit=20, window=3600)
    throttle.hit(("customer reset for e-mail", shop_id, email), limit=3, window=3600)
    with shop_transaction(shop_id, actor=actor, label="reset"):
        customer = Customer.objects.filter(email=email).first()
        if customer is not None:
            outbox.put(
                kind=KIND,
                key=f"{KIND}:{new_token()}",
                recipient=customer.email,
                language=language[:5],
                payload={"customer": customer.pk},
            )


def reset_token(customer: Customer) -> str:
    """Return a token that sets this customer's password, once: it dies with the password that it replaces."""
    return signing.dumps([customer.pk, _state(customer)], salt=_salt(), compress=False)


def customer_of_token(token: str) -> Customer:
    """Return whose password a token may set. Call it inside a ``shop_transaction``.

    Raises:
        LinkExpired: when it is forged, of another shop, too old or was used.
    """
    try:
        customer_id, state = signing.loads(token[:500], salt=_salt(), max_age=LINK_SECONDS)
    except (signing.BadSignature, ValueError):
        raise LinkExpired from None
    customer = Customer.objects.select_for_update().filter(pk=customer_id).first()
    if customer is None or state != _state(customer):
        raise LinkExpired
    return customer


def reset_password(*, token: str, password: str, actor: str) -> SignedIn:  # noqa: ARG001
    """Set the password, end all sessions and start a new one. Call it inside a ``shop_transaction``.

    Raises:
        LinkExpired: when the link is forged, too old or was used.
        InvalidFields: when the password is too weak (field ``password``).
    """
    return _set(customer_of_token(token), password, "password")


def change_password(*, customer_id: int, old: str, new: str, actor: str) -> SignedIn:  # noqa: ARG001
    """Set another password, end all sessions and start a new one. Call it inside a ``shop_transaction``.

    Raises:
        InvalidFields: with fields ``old`` or ``new``.
    """
    customer = Customer.objects.select_for_update().filter(pk=customer_id).first()
    if customer is None or not check_password(old[:LONGEST_PASSWORD], customer.password):
        raise InvalidFields({"old": _("This is not your present password.")})
    return _set(customer, new, "new")


def _set(customer: Customer, password: str, field: str) -> SignedIn:
    problem = weakness(password, email=customer.email, name=customer.name)
    if problem:
        raise InvalidFields({field: problem})
    customer.password = make_password(password[:LONGEST_PASSWORD])
    customer.save(update_fields=["password"])
    CustomerSession.objects.filter(customer_id=customer.pk).delete()
    return start_session(customer)


def _salt() -> str:
    return f"eseller.customer-reset.{require_scope()}"


def _state(customer: Customer) -> str:
    """Return what changes when the password does."""
    return salted_hmac("eseller.customer-reset", customer.password).hexdigest()[:20]
