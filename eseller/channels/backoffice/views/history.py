"""Who changed what."""

from django.http import HttpRequest, HttpResponse

from eseller.channels.backoffice.guard import Office, of_shop
from eseller.channels.backoffice.history import Record, entries
from eseller.channels.backoffice.page import show
from eseller.channels.backoffice.permissions import Permission

PAGE = 50


@of_shop(see=Permission.SETTINGS)
def history(request: HttpRequest, office: Office) -> HttpResponse:
    """Show the latest changes in the whole shop."""
    return _page(request, office, None, "history")


@of_shop(see=Permission.SEE)
def product_history(request: HttpRequest, office: Office, product_id: int) -> HttpResponse:
    """Show the changes of a product: its texts, options, variants, prices, stock and pictures."""
    return _page(request, office, Record("product", product_id), "products")


@of_shop(see=Permission.SEE)
def category_history(request: HttpRequest, office: Office, category_id: int) -> HttpResponse:
    """Show the changes of a category."""
    return _page(request, office, Record("category", category_id), "categories")


def _page(request: HttpRequest, office: Office, record: Record | None, section: str) -> HttpResponse:
    typed = request.GET.get("before", "")
    before = int(typed) if typed.isdecimal() and len(typed) < 18 else None
    with office.scope("history"):
        found = entries(record, currency=office.shop.currency, before=before, limit=PAGE + 1)
    more = found[PAGE - 1].id if len(found) > PAGE else None
    return show(request, office, "history.html", section=section, entries=found[:PAGE], more=more, record=record)
