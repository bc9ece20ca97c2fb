"""Orders and their papers. What was computed at placing is kept as it was."""

from django.db import models
from django.db.models import CheckConstraint, F, Q
from django.db.models.functions import Now

from eseller.commerce.customers.models import AddressFields
from eseller.kernel.ids import new_token
from eseller.tenancy.models import ShopForeignKey, ShopModel


class NumberSeries(ShopModel):
    """A counter of the shop, taken inside the transaction that uses the number, hence without gaps."""

    name = models.CharField(max_length=20, help_text="order, invoice, credit_note")
    last = models.BigIntegerField(default=0)

    class Meta(ShopModel.Meta):
        abstract = False
        constraints = [models.UniqueConstraint(fields=["shop", "name"], name="number_series_once")]


class Order(ShopModel):
    """A purchase. Its three states are independent: an invoice customer is shipped to before paying."""

    class State(models.TextChoices):
        """The order itself. ``pending`` waits for an online payment and is not yet acknowledged."""

        PENDING = "pending"
        OPEN = "open"
        COMPLETED = "completed"
        CANCELLED = "cancelled"

    class PaymentState(models.TextChoices):
        """The money."""

        UNPAID = "unpaid"
        AUTHORISED = "authorised"
        PARTIALLY_PAID = "partially_paid"
        PAID = "paid"
        PARTIALLY_REFUNDED = "partially_refunded"
        REFUNDED = "refunded"
        VOIDED = "voided"

    class FulfilmentState(models.TextChoices):
        """The goods."""

        UNFULFILLED = "unfulfilled"
        PARTIALLY_FULFILLED = "partially_fulfilled"
        FULFILLED = "fulfilled"
        RETURNED = "returned"

    number = models.CharField(max_length=24, help_text="per shop; shown to people")
    public_id = models.CharField(max_length=64, default=new_token, help_text="in signed links")
    checkout_key = models.CharField(max_length=64)
    from_cart = models.BigIntegerField(null=True, help_text="id of the cart that it was made of; carts come and go")
    form_digest = models.CharField(max_length=64, db_default="", help_text="of what the shopper sent, keyed")
    state = models.CharField(max_length=12, choices=State.choices)
    payment_state = models.CharField(max_length=20, choices=PaymentState.choices, default=PaymentState.UNPAID)
    fulfilment_state = models.CharField(
        max_length=20, choices=FulfilmentState.choices, default=FulfilmentState.UNFULFILLED
    )
    customer = ShopForeignKey("customers.Customer", on_delete=models.SET_NULL, null=True, related_name="orders")
    email = models.EmailField(max_length=200)
    language = models.CharField(max_length=5)
    currency = models.CharField(max_length=3)
    prices_include_vat = models.BooleanField()
    payment_method = models.CharField(max_length=40, help_text="code of the method")
    shipping_method = models.CharField(max_length=40, help_text="code of the method")
    shipping_name = models.CharField(max_length=120, help_text="the method's name when it was chosen")
    note = models.TextField(max_length=2000, blank=True, default="")
    customer_reference = models.CharField(max_length=60, blank=True, default="", help_text="the buyer's own number")
    net = models.BigIntegerField()
    vat = models.BigIntegerField()
    total = models.BigIntegerField()
    credited = models.BigIntegerField(db_default=0, help_text="taken off what is to be paid; nothing was given back")
    created_at = models.DateTimeField(db_default=Now())
    placed_at = models.DateTimeField(null=True, help_text="when it was acknowledged to the shopper")
    cancelled_at = models.DateTimeField(null=True)

    class Meta(ShopModel.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(fields=["shop", "number"], name="order_number_once"),
            models.UniqueConstraint(fields=["shop", "checkout_key"], name="order_checkout_once"),
            models.UniqueConstraint(fields=["shop", "public_id"], name="order_public_once"),
            CheckConstraint(condition=Q(total=F("net") + F("vat")), name="order_total_adds_up"),
            CheckConstraint(condition=Q(credited__gte=0, credited__lte=F("total")), name="order_credited"),
            CheckConstraint(
                condition=Q(state__in=["pending", "open", "completed", "cancelled"]), name="order_state"
            ),
            CheckConstraint(
                condition=Q(
                    payment_state__in=[
                        "unpaid",
                        "authorised",
                        "partially_paid",
                        "paid",
                        "partially_refunded",
                        "refunded",
                        "voided",
                    ]
                ),
                name="order_payment_state",
            ),
            CheckConstraint(
                condition=Q(
                    fulfilment_state__in=["unfulfilled", "partially_fulfilled", "fulfilled", "returned"]
                ),
                name="order_fulfilment_state",
            ),
        ]
        indexes = [
            models.Index(fields=["shop", "-id"], name="order_newest"),
            models.Index(fields=["shop", "state", "-id"], name="order_by_state"),
            models.Index(fields=["shop", "customer", "-id"], name="order_by_customer"),
        ]

    @property
    def due(self) -> int:
        """What is to be paid for it in all, minor units."""
        return self.total - self.credited


class OrderAddress(ShopModel, AddressFields):
    """Where an order is sent or billed, copied at placing."""

    order = ShopForeignKey(Order, on_delete=models.CASCADE, related_name="addresses")
    kind = models.CharField(max_length=8, choices=[("shipping", "shipping"), ("billing", "billing")])

    class Meta(ShopModel.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(fields=["shop", "order", "kind"], name="order_address_once"),
            CheckConstraint(condition=Q(kind__in=["shipping", "billing"]), name="order_address_kind"),
        ]


class OrderLine(ShopModel):
    """What was ordered, as it was called and priced then. Shipping is a line of its own."""

    order = ShopForeignKey(Order, on_delete=models.CASCADE, related_name="lines")
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=10, choices=[("goods", "goods"), ("shipping", "shipping")])
    variant = ShopForeignKey("catalog.Variant", on_delete=models.SET_NULL, null=True, related_name="+")
    sku = models.CharField(max_length=100, blank=True, default="")
    title = models.CharField(max_length=255)
    options = models.CharField(max_length=255, blank=True, default="")
    quantity = models.PositiveIntegerField()
    unit_price = models.BigIntegerField(help_text="as entered: with or without VAT")
    vat_class = models.CharField(max_length=20)
    vat_rate_bp = models.PositiveIntegerField()
    net = models.BigIntegerField()
    vat = models.BigIntegerField()
    total = models.BigIntegerField()
    fulfilled = models.PositiveIntegerField(default=0)
    refunded = models.PositiveIntegerField(default=0)

    class Meta(ShopModel.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(fields=["shop", "order", "position"], name="order_line_position_once"),
            CheckConstraint(condition=Q(total=F("net") + F("vat")), name="order_line_adds_up"),
            CheckConstraint(condition=Q(quantity__gte=1), name="order_line_quantity"),
            CheckConstraint(condition=Q(fulfilled__lte=F("quantity")), name="order_line_fulfilled"),
            CheckConstraint(condition=Q(refunded__lte=F("quantity")), name="order_line_refunded"),
            CheckConstraint(condition=Q(kind__in=["goods", "shipping"]), name="order_line_kind"),
        ]


class OrderVat(ShopModel):
    """The order's VAT at one rate, as it was computed."""

    order = ShopForeignKey(Order, on_delete=models.CASCADE, related_name="vat_split")
    rate_bp = models.PositiveIntegerField()
    net = models.BigIntegerField()
    vat = models.BigIntegerField()

    class Meta(ShopModel.Meta):
        abstract = False
        constraints = [models.UniqueConstraint(fields=["shop", "order", "rate_bp"], name="order_vat_once")]


class Fulfilment(ShopModel):
    """A parcel that left."""

    order = ShopForeignKey(Order, on_delete=models.CASCADE, related_name="fulfilments")
    key = models.CharField(max_length=64, help_text="makes shipping twice by a double click harmless")
    tracking_number = models.CharField(max_length=80, blank=True, default="")
    at = models.DateTimeField(db_default=Now())
    actor = models.CharField(max_length=100)

    class Meta(ShopModel.Meta):
        abstract = False
        constraints = [models.UniqueConstraint(fields=["shop", "key"], name="fulfilment_once")]


class FulfilmentLine(ShopModel):
    """How many of an order line a parcel held."""

    fulfilment = ShopForeignKey(Fulfilment, on_delete=models.CASCADE, related_name="lines")
    order_line = ShopForeignKey(OrderLine, on_delete=models.CASCADE, related_name="+")
    quantity = models.PositiveIntegerField()

    class Meta(ShopModel.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(fields=["shop", "fulfilment", "order_line"], name="fulfilment_line_once"),
            CheckConstraint(condition=Q(quantity__gte=1), name="fulfilment_line_quantity"),
        ]


class Invoice(ShopModel):
    """An invoice or credit note; immutable once issued, its number without gaps in its series."""

    class Kind(models.TextChoices):
        """Which paper."""

        INVOICE = "invoice"
        CREDIT_NOTE = "credit_note"

    order = ShopForeignKey(Order, on_delete=models.PROTECT, related_name="invoices")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    number = models.BigIntegerField()
    printed_number = models.CharField(max_length=40, db_default="", help_text="with the prefix of its day")
    imprint = models.JSONField(null=True, help_text="the seller and the terms as they were; see imprint.py")
    key = models.CharField(max_length=64, help_text="what it was issued for; once each")
    issued_at = models.DateTimeField(db_default=Now())
    currency = models.CharField(max_length=3)
    net = models.BigIntegerField()
    vat = models.BigIntegerField()
    total = models.BigIntegerField()
    vat_split = models.JSONField(help_text="[{rate_bp, net, vat}]")

    class Meta(ShopModel.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(fields=["shop", "kind", "number"], name="invoice_number_once"),
            models.UniqueConstraint(fields=["shop", "key"], name="invoice_once"),
            CheckConstraint(condition=Q(total=F("net") + F("vat")), name="invoice_adds_up"),
            CheckConstraint(condition=Q(kind__in=["invoice", "credit_note"]), name="invoice_kind"),
        ]


class OrderEvent(ShopModel):
    """What happened to an order, for the merchant's timeline. Holds ids and figures, no personal data."""

    order = ShopForeignKey(Order, on_delete=models.CASCADE, related_name="events")
    kind = models.CharField(max_length=40)
    data = models.JSONField(default=dict)
    actor = models.CharField(max_length=100)
    at = models.DateTimeField(db_default=Now())

    class Meta(ShopModel.Meta):
        abstract = False
        indexes = [models.Index(fields=["shop", "order", "id"], name="order_event_order")]
