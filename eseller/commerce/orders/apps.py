"""Django application of the orders package."""

from django.apps import AppConfig


class OrdersConfig(AppConfig):
    """Registers the orders package, its mails and its ear for payment callbacks."""

    name = "eseller.commerce.orders"
    label = "orders"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Make mails and callbacks known to the packages below."""
        from eseller.commerce.orders.actions.payment_callback import receive
        from eseller.commerce.orders.mails import register_mails
        from eseller.commerce.payments.tasks import connect

        register_mails()
        connect(receive)
