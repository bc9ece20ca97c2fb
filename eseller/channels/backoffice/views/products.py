"""The list of products."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from eseller.channels.backoffice.guard import Office, of_shop
from eseller.channels.backoffice.labels import PRODUCT_STATES, product_label
from eseller.channels.backoffice.page import show
from eseller.channels.backoffice.paging import Window, page_number
from eseller.channels.backoffice.permissions import Permission
from eseller.commerce.catalog.office import products_list


@of_shop(see=Permission.SEE)
def products(request: HttpRequest, office: Office) -> HttpResponse:
    """List products, last changed first."""
    search = request.GET.get("q", "").replace("\x00", "")[:100]
    state = request.GET.get("state", "")
    state = state if state in dict(PRODUCT_STATES) else ""
    with office.scope("products"):
        page = products_list(
            language=office.shop.default_language,
            currency=office.shop.currency,
            search=search,
            state=state or None,
            page=page_number(request),
        )
    base = office.url("products")
    tabs = [
        {"label": label, "url": f"{base}?{_query(code, search)}", "current": code == state, "count": None}
        for code, label in [("", _("All")), *PRODUCT_STATES]
    ]
    query = _query(state, search)
    return show(
        request,
        office,
        "products.html",
        section="products",
        page=page,
        tabs=tabs,
        search=search,
        state=state,
        window=Window(page.page, page.pages, f"?{query}&page=" if query else "?page="),
        product_label=product_label,
    )


def _query(state: str, search: str) -> str:
    return urlencode({key: value for key, value in (("state", state), ("q", search)) if value})
