"""Open an account."""

from django.contrib.auth.hashers import make_password
from django.utils.translation import gettext as _

from eseller.commerce.customers.actions.sign_in import LONGEST_PASSWORD, start_session, this_shop
from eseller.commerce.customers.errors import EmailTaken, InvalidFields
from eseller.commerce.customers.models import Customer
from eseller.commerce.customers.passwords import weakness
from eseller.commerce.customers.records import SignedIn
from eseller.commerce.customers.rules import email_problem, tidy
from eseller.tenancy import throttle
from eseller.tenancy.faults import translated
from eseller.tenancy.scope import shop_transaction


def register(*, email: str, password: str, name: str, language: str, client: str, actor: str) -> SignedIn:
    """Open an account and sign in.

    Call it outside any transaction, with the shop in the context, as requests have it: refused attempts must be
    counted, and hashing is slow.

    Args:
        email: as typed.
        password: as typed.
        name: as typed.
        language: of mails to them.
        client: the address the request came from.
        actor: who does it.

    Raises:
        InvalidFields: with sentences for ``email``, ``password``, ``name``; EmailTaken is one of them.
        TooManyAttempts: when this client registers too often.
    """
    shop_id = this_shop()
    email, name = tidy(email).lower(), tidy(name)
    throttle.hit(("customer registration", shop_id, client), limit=20, window=3600)
    found = {"email": email_problem(email), "password": weakness(password, email=email, name=name)}
    if not 0 < len(name) <= 100:
        found["name"] = _("Fill this in.") if not name else _("At most %(most)s characters.") % {"most": 100}
    problems = {field: problem for field, problem in found.items() if problem}
    if problems:
        raise InvalidFields(problems)
    hashed = make_password(password[:LONGEST_PASSWORD])
    taken = _("There is an account with this e-mail already. Sign in, or ask for a new password.")
    with (
        translated({"customer_email_once": lambda: EmailTaken({"email": taken})}),
        shop_transaction(shop_id, actor=actor, label="register"),
    ):
        customer = Customer.objects.create(email=email, password=hashed, name=name, language=language[:5])
        return start_session(customer)
