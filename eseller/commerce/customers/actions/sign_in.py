"""Sign in and out."""

from datetime import timedelta

from django.contrib.auth.hashers import check_password, make_password

from eseller.commerce.customers.errors import WrongCredentials
from eseller.commerce.customers.models import Customer, CustomerSession
from eseller.commerce.customers.records import CustomerInfo, SignedIn
from eseller.commerce.customers.rules import tidy
from eseller.kernel import clock, context
from eseller.kernel.ids import hash_token, new_token
from eseller.tenancy import throttle
from eseller.tenancy.errors import Unscoped
from eseller.tenancy.scope import shop_transaction

LASTS = timedelta(days=30)
LONGEST_PASSWORD = 1000
"""Longer ones only cost time."""
_WINDOW = 900


def sign_in(*, email: str, password: str, client: str, actor: str) -> SignedIn:
    """Check the password and start a session. Takes the same work for unknown addresses.

    Call it outside any transaction, with the shop in the context, as requests have it: failed attempts must be counted,
    and hashing is slow.

    Args:
        email: as typed.
        password: as typed.
        client: the address the request came from.
        actor: who does it.

    Raises:
        WrongCredentials: without telling which of them was wrong.
        TooManyAttempts: by this client or for this e-mail.
    """
    shop_id = this_shop()
    email = tidy(email).lower()[:200]
    throttle.hit(("customer sign-in by client", shop_id, client), limit=30, window=_WINDOW)
    throttle.hit(("customer sign-in for e-mail", shop_id, email), limit=10, window=_WINDOW)
    with shop_transaction(shop_id, label="sign-in"):
        customer = Customer.objects.filter(email=email).first()
    if len(password) > LONGEST_PASSWORD:
        raise WrongCredentials
    if customer is None:
        make_password(password)
        raise WrongCredentials
    if not check_password(password, customer.password):
        raise WrongCredentials
    with shop_transaction(shop_id, actor=actor, label="sign-in"):
        return start_session(customer)


def this_shop() -> int:
    """Return the shop of the request.

    Raises:
        Unscoped: when the context names none.
    """
    shop_id = context.current().shop_id
    if shop_id is None:
        raise Unscoped("Name the shop in the context.")
    return shop_id


def start_session(customer: Customer) -> SignedIn:
    """Start a session of a customer. Call it inside a ``shop_transaction``."""
    token, expires_at = new_token(), clock.now() + LASTS
    CustomerSession.objects.create(customer=customer, token_hash=hash_token(token), expires_at=expires_at)
    info = CustomerInfo(int(customer.pk), customer.email, customer.name, customer.language)
    return SignedIn(token=token, customer=info, expires_at=expires_at)


def sign_out(*, token: str, actor: str) -> None:  # noqa: ARG001
    """End a session; unknown ones are ignored. Call it inside a ``shop_transaction``."""
    CustomerSession.objects.filter(token_hash=hash_token(token)).delete()
