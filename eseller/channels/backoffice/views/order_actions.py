"""What a merchant does with an order. The actions commit by themselves and talk to others: no transaction here."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from eseller.channels.backoffice.forms.orders import LinesForm, ReasonForm, RefundForm, ShipForm
from eseller.channels.backoffice.guard import Office, of_shop
from eseller.channels.backoffice.page import show
from eseller.channels.backoffice.permissions import Permission
from eseller.commerce.customers.errors import InvalidFields
from eseller.commerce.orders import queries
from eseller.commerce.orders.actions.cancel import cancel
from eseller.commerce.orders.actions.capture import capture
from eseller.commerce.orders.actions.issue_invoice import issue_invoice
from eseller.commerce.orders.actions.mark_paid import mark_paid
from eseller.commerce.orders.actions.refund import refund
from eseller.commerce.orders.actions.ship import ship
from eseller.commerce.orders.errors import NotAllowed
from eseller.commerce.orders.records import OrderDetail
from eseller.services import outbox


@of_shop(see=Permission.ORDERS, change=Permission.ORDERS)
def order_capture(request: HttpRequest, office: Office, number: str) -> HttpResponse:
    """Ask, then take the authorised money."""
    return _asked(
        request,
        office,
        number,
        what="capture",
        done="captured",
        act=lambda: capture(shop_id=office.shop.id, number=number, actor=office.actor),
    )


@of_shop(see=Permission.ORDERS, change=Permission.ORDERS)
def order_paid(request: HttpRequest, office: Office, number: str) -> HttpResponse:
    """Ask, then note that the money came."""
    return _asked(
        request,
        office,
        number,
        what="mark_paid",
        done="paid",
        act=lambda: mark_paid(shop_id=office.shop.id, number=number, actor=office.actor),
    )


@of_shop(see=Permission.ORDERS, change=Permission.ORDERS)
def order_cancel(request: HttpRequest, office: Office, number: str) -> HttpResponse:
    """Ask, then cancel."""
    form = ReasonForm(request.POST or None)
    return _asked(
        request,
        office,
        number,
        what="cancel",
        done="cancelled",
        form=form,
        act=lambda: cancel(
            shop_id=office.shop.id, number=number, reason=form.cleaned_data["reason"], actor=office.actor
        ),
    )


@of_shop(change=Permission.ORDERS)
def order_invoice(request: HttpRequest, office: Office, number: str) -> HttpResponse:  # noqa: ARG001
    """Write the invoice."""
    issue_invoice(shop_id=office.shop.id, number=number, actor=office.actor)
    return HttpResponseRedirect(f"{office.url('order', number=number)}?done=created")


@of_shop(change=Permission.ORDERS)
def order_mails(request: HttpRequest, office: Office, number: str) -> HttpResponse:  # noqa: ARG001
    """Send the mails about the order again that could not be delivered."""
    order = _order(office, number)
    with office.scope("order"):
        sent = outbox.send_again(about={"order": order.id})
    return _back(office, number, "mailed" if sent else "unchanged")


@of_shop(see=Permission.ORDERS, change=Permission.ORDERS)
def order_ship(request: HttpRequest, office: Office, number: str) -> HttpResponse:
    """Say what a parcel holds, then send it."""
    order = _order(office, number)
    form = ShipForm(request.POST or None, order=order)
    if request.method == "POST" and form.is_valid():
        try:
            ship(
                shop_id=office.shop.id,
                number=number,
                key=form.cleaned_data["key"],
                lines=form.lines,
                tracking_number=form.cleaned_data["tracking_number"],
                actor=office.actor,
            )
        except (InvalidFields, NotAllowed) as error:
            _tell(form, error)
        else:
            return _back(office, number, "shipped")
    return _form(request, office, "order_ship.html", order, form)


@of_shop(see=Permission.ORDERS, change=Permission.ORDERS)
def order_refund(request: HttpRequest, office: Office, number: str) -> HttpResponse:
    """Say what to give back, look at it once more, then do it."""
    order = _order(office, number)
    form = RefundForm(request.POST or None, order=order)
    if request.method == "POST" and form.is_valid():
        if request.POST.get("do") == "confirm":
            try:
                _refund(office, number, form)
            except (InvalidFields, NotAllowed) as error:
                _tell(form, error)
            else:
                return _back(office, number, "refunded")
        else:
            form.check_rest()
            if not form.errors and request.POST.get("do") != "edit":
                return _form(request, office, "order_refund_confirm.html", order, form)
    return _form(request, office, "order_refund.html", order, form)


def _refund(office: Office, number: str, form: RefundForm) -> None:
    values = form.cleaned_data
    refund(
        shop_id=office.shop.id,
        number=number,
        key=values["key"],
        amount=form.minor if values["what"] == "amount" else None,
        lines=form.lines if values["what"] == "lines" else None,
        restock=values["restock"],
        reason=values["reason"],
        actor=office.actor,
    )


def _asked(
    request: HttpRequest,
    office: Office,
    number: str,
    *,
    what: str,
    done: str,
    act: Callable[[], None],
    form: ReasonForm | None = None,
) -> HttpResponse:
    """Show what is about to happen; POST does it. Done already, it is done: the actions do nothing the second time."""
    order = _order(office, number)
    problem = ""
    if request.method == "POST" and (form is None or form.is_valid()):
        try:
            act()
        except NotAllowed as error:
            problem = _(error.message)
        else:
            return _back(office, number, done)
    return show(
        request,
        office,
        "order_confirm.html",
        section="orders",
        status=409 if problem else 422 if form and form.errors else 200,
        order=order,
        form=form,
        what=what,
        problem=problem,
    )


def _order(office: Office, number: str) -> OrderDetail:
    with office.scope("order"):
        return queries.order_detail(number, language=office.language)


def _back(office: Office, number: str, done: str) -> HttpResponse:
    return HttpResponseRedirect(f"{office.url('order', number=number)}?done={done}")


def _form(request: HttpRequest, office: Office, template: str, order: OrderDetail, form: LinesForm) -> HttpResponse:
    status = 422 if form.errors else 200
    return show(request, office, template, section="orders", status=status, order=order, form=form)


def _tell(form: LinesForm, error: InvalidFields | NotAllowed) -> None:
    """Put an action's refusal where it belongs in the form."""
    if isinstance(error, NotAllowed):
        form.add_error(None, _(error.message))
        return
    for field, problem in error.fields.items():
        form.add_error(field if field in form.fields else None, problem)
