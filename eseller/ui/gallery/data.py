"""What the gallery's pages show. Invented."""

from datetime import UTC, datetime
from typing import Any

from django import forms

from eseller.kernel.money import Money

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)


def kroner(amount: int) -> Money:
    """Return whole Danish kroner."""
    return Money(amount * 100, "DKK")


class CheckoutForm(forms.Form):
    """A checkout's fields, one of each kind of control."""

    email = forms.EmailField(label="E-mail", help_text="For the receipt and news of the delivery.")
    name = forms.CharField(label="Full name", max_length=100)
    company = forms.CharField(label="Company", required=False)
    street = forms.CharField(label="Street and number")
    postal_code = forms.CharField(label="Postcode")
    city = forms.CharField(label="City")
    country = forms.ChoiceField(label="Country", choices=[("DK", "Denmark"), ("DE", "Germany"), ("SE", "Sweden")])
    delivery = forms.ChoiceField(
        label="Delivery",
        choices=[("shop", "Parcel shop near you"), ("home", "To the door"), ("pickup", "Collect in Strandemose")],
        widget=forms.RadioSelect,
    )
    payment = forms.ChoiceField(
        label="Payment",
        choices=[("card", "Card"), ("invoice", "Invoice, 14 days"), ("bank", "Bank transfer")],
        widget=forms.RadioSelect,
    )
    note = forms.CharField(label="Note to the shop", required=False, widget=forms.Textarea(attrs={"rows": 3}))
    terms = forms.BooleanField(label="I have read and accept the terms of sale")


class ProductForm(forms.Form):
    """A product's fields in the back office."""

    title = forms.CharField(label="Title")
    slug = forms.CharField(label="Address", help_text="Letters, digits and hyphens.")
    description = forms.CharField(label="Description", widget=forms.Textarea, required=False)
    price = forms.CharField(label="Price")
    compare = forms.CharField(label="Price before", required=False)
    sku = forms.CharField(label="SKU", required=False)
    stock = forms.IntegerField(label="In stock")
    state = forms.ChoiceField(label="Visibility", choices=[("published", "Published"), ("draft", "Draft")])
    category = forms.ChoiceField(label="Category", choices=[("t", "The table"), ("h", "The home")])
    backorder = forms.BooleanField(label="Sell when out of stock", required=False)
    channels = forms.MultipleChoiceField(
        label="Feeds",
        choices=[("merchant", "Product feed"), ("sitemap", "Sitemap")],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    picture = forms.FileField(label="Add a picture", required=False)


def checkout(*, wrong: bool = False) -> CheckoutForm:
    """Return the form as it is first shown, or as it comes back with errors."""
    filled = {
        "email": "ida@example.com",
        "name": "Ida Munk",
        "street": "Havnegade 4, 2. tv.",
        "postal_code": "1058",
        "city": "København K",
        "country": "DK",
        "delivery": "shop",
        "payment": "card",
    }
    if not wrong:
        return CheckoutForm(initial=filled)
    form = CheckoutForm(filled | {"email": "ida@example", "city": "", "payment": ""}, prefix="wrong")
    form.data = {f"wrong-{key}": value for key, value in form.data.items()}
    form.is_valid()
    return form


def product_form() -> ProductForm:
    """Return the form of one product."""
    return ProductForm(
        initial={
            "title": "Teapot Ro",
            "slug": "teapot-ro",
            "description": "Thrown in one piece, glazed twice. Holds four cups and pours without a drop.",
            "price": "649.00",
            "sku": "LF-TP-01",
            "stock": 14,
            "state": "published",
            "channels": ["merchant", "sitemap"],
        }
    )


def products() -> list[dict[str, Any]]:
    """Return the arguments of some product cards."""
    rows: list[tuple[str, int, dict[str, Any]]] = [
        ("Teapot Ro", 649, {"note": "3 glazes"}),
        ("Moon vase", 420, {"was": kroner(520), "badge_label": "Sale", "note": "Stoneware"}),
        ("Morning mug", 149, {"from_": True, "note": "5 glazes"}),
        ("Salad bowl Meadow", 380, {"badge_label": "New", "badge_tone": "neutral"}),
        ("Candle holder Tower", 195, {"sold_out": True}),
        ("Branch vase, tall and narrow with a name that needs two lines", 560, {}),
        ("Plant pot Sun", 240, {"note": "With saucer"}),
        ("Plate Shore", 165, {"from_": True}),
    ]
    return [
        {"name": name, "now": kroner(price), "src": f"pictures/{number}.svg", "alt": "", "url": "product.html", **more}
        for number, (name, price, more) in enumerate(rows)
    ]


def orders() -> list[dict[str, Any]]:
    """Return rows of the list of orders."""
    rows = [
        ("LF-1043", "Ida Munk", 1247, ("Paid", "success"), ("To ship", "warning"), 9),
        ("LF-1042", "Café Anker ApS", 6840, ("Invoice", "info"), ("To ship", "warning"), 8),
        ("LF-1041", "Jonas Rehm", 420, ("Paid", "success"), ("Shipped", "neutral"), 7),
        ("LF-1040", "Mette Grau-Sørensen", 149, ("Awaiting transfer", "warning"), ("Waiting", "neutral"), 6),
        ("LF-1039", "Otto Lindqvist", 980, ("Refunded", "danger"), ("Returned", "neutral"), 5),
        ("LF-1038", "Klara Nyholm", 2310, ("Paid", "success"), ("Shipped", "neutral"), 4),
    ]
    return [
        {
            "number": number,
            "customer": customer,
            "total": kroner(total),
            "payment": payment,
            "fulfilment": fulfilment,
            "at": NOW.replace(hour=hour),
        }
        for number, customer, total, payment, fulfilment, hour in rows
    ]
