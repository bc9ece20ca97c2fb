"""Django application of the payments package."""

from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    """Registers the payments package and its providers."""

    name = "eseller.commerce.payments"
    label = "payments"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Make the providers known."""
        from eseller.commerce.payments.byhand import ByHand
        from eseller.commerce.payments.provider import register
        from eseller.commerce.payments.testcard import CODE, TestCard

        register("invoice", ByHand())
        register("bank_transfer", ByHand())
        register(CODE, TestCard())
