"""The list of orders, one order, and its papers."""

from urllib.parse import urlencode

import msgspec
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from eseller.channels.backoffice.forms.orders import FilterForm, NoteForm
from eseller.channels.backoffice.guard import Office, of_shop
from eseller.channels.backoffice.labels import (
    attempt_name,
    country_name,
    fulfilment_label,
    language_names,
    order_label,
    paper_name,
    payment_label,
    provider_name,
)
from eseller.channels.backoffice.page import show
from eseller.channels.backoffice.paging import page_number, page_window
from eseller.channels.backoffice.permissions import Permission
from eseller.channels.backoffice.timeline import timeline
from eseller.channels.backoffice.undelivered import Undelivered, undelivered
from eseller.commerce.customers.errors import InvalidFields
from eseller.commerce.orders import queries
from eseller.commerce.orders.actions.add_note import add_note
from eseller.commerce.orders.papers import invoice_pdf
from eseller.commerce.orders.records import PAGE_SIZE, OrderDetail, OrderFilter
from eseller.tenancy.queries import members

VIEWS: dict[str, dict[str, str]] = {
    "": {},
    "to-ship": {"state": "open", "fulfilment_state": "unfulfilled"},
    "unpaid": {"state": "open", "payment_state": "unpaid"},
    "open": {"state": "open"},
    "completed": {"state": "completed"},
    "cancelled": {"state": "cancelled"},
}


@of_shop(see=Permission.SEE)
def orders(request: HttpRequest, office: Office) -> HttpResponse:
    """List orders, newest first."""
    form = FilterForm(request.GET)
    form.is_valid()
    view = request.GET.get("view", "") if request.GET.get("view", "") in VIEWS else ""
    chosen = dict(VIEWS[view])
    for field, key in (("payment", "payment_state"), ("fulfilment", "fulfilment_state")):
        if form.cleaned_data.get(field):
            chosen[key] = form.cleaned_data[field]
    search = form.cleaned_data.get("q", "")
    wanted = msgspec.convert({"search": search, **chosen}, OrderFilter)
    with office.scope("orders"):
        page = queries.orders_list(wanted, page=page_number(request))
    names = {
        "": _("All"),
        "to-ship": _("To ship"),
        "unpaid": _("Unpaid"),
        "open": _("Open"),
        "completed": _("Completed"),
        "cancelled": _("Cancelled"),
    }
    base = office.url("orders")
    tabs = [
        {"label": label, "url": f"{base}?view={key}" if key else base, "current": key == view, "count": None}
        for key, label in names.items()
    ]
    kept = {"view": view, "q": search, **{name: form.cleaned_data.get(name, "") for name in ("payment", "fulfilment")}}
    query = urlencode({key: value for key, value in kept.items() if value})
    return show(
        request,
        office,
        "orders.html",
        section="orders",
        page=page,
        tabs=tabs,
        form=form,
        search=search,
        view=view,
        window=page_window(page.number, page.total_count, PAGE_SIZE, query),
        filtered=bool(query),
        labels=(order_label, payment_label, fulfilment_label),
    )


@of_shop(see=Permission.SEE, change=Permission.ORDERS)
def order(request: HttpRequest, office: Office, number: str) -> HttpResponse:
    """Show one order; POST adds a note."""
    form = NoteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            add_note(shop_id=office.shop.id, number=number, text=form.cleaned_data["text"], actor=office.actor)
        except InvalidFields as error:
            form.add_error("text", " ".join(error.fields.values()))
        else:
            return HttpResponseRedirect(f"{office.url('order', number=number)}?done=noted")
    with office.scope("order"):
        detail = queries.order_detail(number, language=office.language)
        names = _names(office, detail)
        lost = undelivered(number=detail.number)
    return show_order(request, office, detail, form=form, names=names, lost=lost)


def _names(office: Office, detail: OrderDetail) -> dict[str, str]:
    """Return the names of the members who did something with the order; one's own needs no statement."""
    actors = {event.actor for event in detail.events if event.actor.startswith("member:")} - {office.actor}
    others = {f"member:{person.user_id}": person.name for person in members()} if actors else {}
    return {office.actor: office.user.name, **others}


def show_order(
    request: HttpRequest,
    office: Office,
    detail: OrderDetail,
    *,
    form: NoteForm,
    names: dict[str, str],
    lost: list[Undelivered],
) -> HttpResponse:
    """Render one order."""
    return show(
        request,
        office,
        "order.html",
        section="orders",
        status=422 if form.errors else 200,
        order=detail,
        undelivered=lost,
        form=form,
        states=(
            order_label(detail.state),
            payment_label(detail.payment_state),
            fulfilment_label(detail.fulfilment_state),
        ),
        papers=[(paper, paper_name(paper.kind)) for paper in detail.papers],
        payments=[
            (attempt, provider_name(attempt.provider), attempt_name(attempt.state)) for attempt in detail.payments
        ],
        language_name=language_names([detail.language], office.language)[detail.language],
        country=lambda code: country_name(code, office.language),
        timeline_items=timeline(detail, language=office.language, names=names),
    )


@of_shop(see=Permission.SEE)
def paper(request: HttpRequest, office: Office, number: str, paper_id: int) -> HttpResponse:  # noqa: ARG001
    """Hand out an invoice or credit note of this order as PDF, in the customer's language."""
    with office.scope("paper"):
        detail = queries.order_detail(number, language=office.language)
        mine = next((paper for paper in detail.papers if paper.id == paper_id), None)
        if mine is None:
            raise Http404
        content = invoice_pdf(paper_id, language=detail.language)
    name = "".join(letter if letter.isalnum() else "-" for letter in f"{mine.kind}-{mine.number}")
    response = HttpResponse(content, content_type="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.pdf"'
    return response
