"""Forms of the order pages. Each carries a key made when it was shown, so that sending it twice does it once."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from eseller.channels.backoffice.amounts import read_amount
from eseller.channels.backoffice.labels import FULFILMENT_STATES, PAYMENT_STATES
from eseller.commerce.orders.records import OrderDetail, OrderLineView
from eseller.kernel.ids import new_token
from eseller.kernel.money import InvalidMoney

_ANY = [("", _("Any"))]


class FilterForm(forms.Form):
    """Which orders to list; what is not valid is left out."""

    q = forms.CharField(required=False, max_length=100)
    payment = forms.ChoiceField(label=_("Payment"), required=False, choices=[*_ANY, *PAYMENT_STATES])
    fulfilment = forms.ChoiceField(label=_("Delivery"), required=False, choices=[*_ANY, *FULFILMENT_STATES])


class KeyedForm(forms.Form):
    """A form that is done once."""

    key = forms.CharField(widget=forms.HiddenInput, max_length=64, initial=new_token)

    def clean_key(self) -> str:
        """Accept only keys of the kind that we hand out."""
        key: str = self.cleaned_data["key"]
        if not re.fullmatch(r"[A-Za-z0-9_-]{16,64}", key):
            raise forms.ValidationError(_("This form is too old. Open it again."))
        return key


class NoteForm(forms.Form):
    """The merchant's own note."""

    text = forms.CharField(
        label=_("Note"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Seen by the staff, not by the customer."),
    )


class ReasonForm(forms.Form):
    """Why an order is cancelled."""

    reason = forms.CharField(label=_("Reason"), max_length=200, required=False)


class LinesForm(KeyedForm):
    """How many pieces of each line; ``lines`` after cleaning holds those above nought, by line id."""

    def __init__(self, *args: Any, lines: list[tuple[OrderLineView, int, int]], **kwargs: Any) -> None:
        """Make a number field for each line: the line, the most and what stands there at first."""
        super().__init__(*args, **kwargs)
        self.lines: dict[int, int] = {}
        self.rows = lines
        for line, most, proposed in lines:
            self.fields[f"line-{line.id}"] = forms.IntegerField(
                label=line.title,
                min_value=0,
                max_value=most,
                initial=proposed,
                required=False,
                widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
            )

    def fields_of_lines(self) -> list[tuple[OrderLineView, int, forms.BoundField]]:
        """Return each line with its most and its field."""
        return [(line, most, self[f"line-{line.id}"]) for line, most, _proposed in self.rows]

    def left(self, line: OrderLineView) -> int:
        """Return how many pieces of a line there still are to choose from."""
        raise NotImplementedError

    def clean(self) -> dict[str, Any]:
        """Gather the pieces."""
        values = super().clean() or {}
        for line, _most, _proposed in self.rows:
            if pieces := values.get(f"line-{line.id}"):
                self.lines[line.id] = pieces
        return values


class ShipForm(LinesForm):
    """What a parcel holds."""

    tracking_number = forms.CharField(label=_("Tracking number"), max_length=80, required=False)

    def __init__(self, *args: Any, order: OrderDetail, **kwargs: Any) -> None:
        """Propose all that is open. Sent twice, the form must still be valid: so the action judges what is too much."""
        goods = [line for line in order.lines if line.kind == "goods"]
        super().__init__(*args, lines=[(line, line.quantity, line.open) for line in goods], **kwargs)

    def left(self, line: OrderLineView) -> int:
        """Return how many are yet to be shipped."""
        return line.open

    def clean(self) -> dict[str, Any]:
        """Demand something in the parcel."""
        values = super().clean()
        if not self.lines and not self.errors:
            raise forms.ValidationError(_("Put something into the parcel."))
        return values


class RefundForm(LinesForm):
    """What to give back: pieces, an amount, or all that is left."""

    what = forms.ChoiceField(
        label=_("What to refund"),
        choices=[("all", _("All that is left")), ("lines", _("Some goods")), ("amount", _("An amount"))],
        widget=forms.RadioSelect,
        initial="all",
    )
    amount = forms.CharField(
        label=_("Amount"), max_length=20, required=False, widget=forms.TextInput(attrs={"inputmode": "decimal"})
    )
    restock = forms.BooleanField(label=_("The goods came back: put them on the shelf"), required=False)
    reason = forms.CharField(label=_("Reason"), max_length=200, required=False, help_text=_("The customer reads it."))

    def __init__(self, *args: Any, order: OrderDetail, **kwargs: Any) -> None:
        """Offer all lines. Sent twice, the form must still be valid: so the action judges what is too much."""
        self.order = order
        self.minor: int | None = None
        super().__init__(*args, lines=[(line, line.quantity, 0) for line in order.lines], **kwargs)

    def left(self, line: OrderLineView) -> int:
        """Return how many were not refunded yet."""
        return line.quantity - line.refunded

    def clean(self) -> dict[str, Any]:
        """Demand exactly what was chosen."""
        values = super().clean()
        what = values.get("what")
        if what == "lines" and not self.lines and not self.errors:
            raise forms.ValidationError(_("Say how many pieces of which goods."))
        if what == "amount":
            self._clean_amount(values.get("amount", ""))
        return values

    def _clean_amount(self, text: str) -> None:
        try:
            self.minor = read_amount(text, self.order.currency)
        except InvalidMoney as error:
            self.add_error("amount", error.message)
            return
        if self.minor == 0:
            self.add_error("amount", _("More than nothing."))

    def check_rest(self) -> None:
        """Before it is confirmed: compare with what is left to refund."""
        if self.minor is not None and self.minor > self.order.refundable.amount:
            self.add_error("amount", _("Write an amount up to what can still be refunded."))
        for line, pieces in ((line, self.lines.get(line.id, 0)) for line, _most, _proposed in self.rows):
            if pieces > self.left(line):
                self.add_error(f"line-{line.id}", _("So many were not bought, or they were refunded already."))
