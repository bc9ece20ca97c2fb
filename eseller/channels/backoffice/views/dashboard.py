"""The first page of a shop."""

from django.http import HttpRequest, HttpResponse

from eseller.channels.backoffice import damage, figures
from eseller.channels.backoffice.chart import HEIGHT, WIDTH, bars
from eseller.channels.backoffice.guard import Office, of_shop
from eseller.channels.backoffice.labels import fulfilment_label, order_label, payment_label
from eseller.channels.backoffice.page import show
from eseller.channels.backoffice.permissions import Permission
from eseller.channels.backoffice.undelivered import undelivered
from eseller.commerce.orders import queries
from eseller.commerce.orders.records import OrderFilter
from eseller.kernel.money import Money

LATEST = 6


@of_shop(see=Permission.SEE)
def dashboard(request: HttpRequest, office: Office) -> HttpResponse:
    """Show what waits, what was sold, what runs out and, in a new shop, what to do first."""
    shop = office.shop
    with office.scope("dashboard"):
        waiting = figures.to_do()
        days = figures.sales()
        low = figures.low_stock(language=office.language, default_language=shop.default_language)
        steps = figures.first_steps()
        latest = queries.orders_list(OrderFilter())
        damaged = damage.count(office)
        lost = undelivered()
    sold = sum(day.total for day in days)
    count = sum(day.orders for day in days)
    return show(
        request,
        office,
        "dashboard.html",
        section="dashboard",
        waiting=waiting,
        undelivered=lost,
        days=list(zip(days, bars([day.total for day in days]), strict=True)),
        drawing=(WIDTH, HEIGHT),
        sold=Money(sold, shop.currency),
        count=count,
        average=Money(sold // count, shop.currency) if count else None,
        low=low,
        steps=steps,
        new=not (steps.products and steps.shipping and steps.payment and steps.pages),
        latest=latest.rows[:LATEST],
        damaged=damaged,
        labels=(order_label, payment_label, fulfilment_label),
    )
