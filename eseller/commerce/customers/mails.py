"""The mail with a link to set a password. The link is made when the mail is rendered, so no token lies in a table."""

from django.utils.translation import gettext as _

from eseller.commerce.customers.actions.reset_password import KIND, reset_token
from eseller.commerce.customers.models import Customer
from eseller.services import outbox
from eseller.services.outbox import Mail, Payload
from eseller.services.sending import shop_url
from eseller.tenancy.hosts import ShopInfo


def register_mails() -> None:
    """Say how this mail is made; called when the application starts."""
    outbox.register(KIND, _reset)


def _reset(shop: ShopInfo, payload: Payload, language: str) -> Mail | None:
    customer = Customer.objects.filter(pk=payload["customer"]).first()
    if customer is None:
        return None
    prefix = "" if language == shop.default_language or language not in shop.languages else f"/{language}"
    return Mail(
        subject=_("Choose a new password for %(shop)s") % {"shop": shop.name},
        template="mail/customer_password_reset",
        values={"shop": shop, "url": shop_url(shop, f"{prefix}/account/reset/{reset_token(customer)}")},
    )
