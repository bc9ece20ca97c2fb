"""A customer's account: what they ordered, where they live, how they sign in."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec
from urllib.parse import urlencode

from django import forms
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from msgspec import json

from eseller.channels.storefront import pages
from eseller.channels.storefront.answers import Door, private, see
from eseller.channels.storefront.forms.account import AddressForm, ChangePasswordForm, EraseForm, ProfileForm
from eseller.channels.storefront.forms.fields import (
    add_errors,
    address_from,
    address_initial,
    country_name,
    has_regions,
)
from eseller.channels.storefront.numbers import whole
from eseller.channels.storefront.site import Site
from eseller.channels.storefront.views.orders import order_row
from eseller.channels.storefront.views.sign_in import too_many
from eseller.channels.storefront.visitors import Visitor, client_of, signed_in, signed_out, visitor_of
from eseller.commerce.customers.actions.address_book import delete_address, save_address, update_profile
from eseller.commerce.customers.actions.erase import erase
from eseller.commerce.customers.actions.reset_password import change_password
from eseller.commerce.customers.actions.sign_in import sign_in
from eseller.commerce.customers.errors import InvalidFields, WrongCredentials
from eseller.commerce.customers.queries import address_book, export
from eseller.commerce.customers.records import CustomerInfo
from eseller.commerce.orders.queries import customer_orders
from eseller.commerce.orders.records import PAGE_SIZE
from eseller.tenancy.throttle import TooManyAttempts

P = ParamSpec("P")


class Known(Visitor, frozen=True):
    """A visitor who has signed in."""

    customer: CustomerInfo


def own(view: Callable[Concatenate[Any, Site, Known, P], HttpResponse]) -> Door:
    """Show a page to a signed-in customer; others sign in first and come back."""

    def shown(request: Any, site: Site, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        with site.transaction("account"):
            visitor = visitor_of(request)
        if visitor.customer is None:
            return see(f"{site.path('/account/sign-in')}?{urlencode({'next': request.path_info[:300]})}")
        known = Known(visitor.owner, visitor.customer, visitor.actor)
        return view(request, site, known, *args, **kwargs)

    return private(wraps(view)(shown))  # type: ignore[arg-type]  # one argument less


@own
def overview(request: Any, site: Site, visitor: Known) -> HttpResponse:
    """List the customer's orders."""
    number = whole(request.GET.get("page"), least=1, most=1000) or 1
    with site.transaction("account"):
        rows = [order_row(site, row) for row in customer_orders(visitor.customer.id, page=number)]
        context = {"orders": rows, "number": number, "page_size": PAGE_SIZE}
        return _page(request, site, visitor, "orders", _("Your orders"), context)


@own
def addresses(request: Any, site: Site, visitor: Known) -> HttpResponse:
    """List the address book, and add to it."""
    form = AddressForm(site.shop, request.POST or None)
    if request.method == "POST" and form.is_valid() and _save_address(site, visitor, form, None):
        return see(site.path("/account/addresses"))
    with site.transaction("account"):
        book = address_book(visitor.customer.id)
        context = {"book": book, "form": form, "country_name": country_name}
        return _page(request, site, visitor, "addresses", _("Your addresses"), context, bad=form.is_bound)


@own
def address(request: Any, site: Site, visitor: Known, address_id: int) -> HttpResponse:
    """Change an address, or take it out of the book (button ``delete``)."""
    with site.transaction("account"):
        saved = next((entry for entry in address_book(visitor.customer.id) if entry.id == address_id), None)
        if saved is None:
            raise Http404
        if request.method == "POST" and "delete" in request.POST:
            delete_address(customer_id=visitor.customer.id, address_id=address_id, actor=visitor.actor)
            return see(site.path("/account/addresses"))
    initial = {**address_initial(saved.address), "is_default": saved.is_default}
    form = AddressForm(site.shop, request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid() and _save_address(site, visitor, form, address_id):
        return see(site.path("/account/addresses"))
    with site.transaction("account"):
        context = {"form": form, "saved": saved}
        return _page(request, site, visitor, "address", _("Change address"), context, bad=form.is_bound)


@own
def settings(request: Any, site: Site, visitor: Known) -> HttpResponse:
    """Name, language and password; what we keep, and how to have it erased."""
    profile = ProfileForm(site.shop, initial={"name": visitor.customer.name, "language": visitor.customer.language})
    passwords, erasing = ChangePasswordForm(), EraseForm()
    if request.method == "POST":
        match request.POST.get("part"):
            case "password":
                passwords = ChangePasswordForm(request.POST)
                done = _change_password(site, visitor, passwords)
            case "erase":
                erasing = EraseForm(request.POST)
                done = _erase(request, site, visitor, erasing)
            case _:
                profile = ProfileForm(site.shop, request.POST)
                done = _update_profile(site, visitor, profile)
        if done is not None:
            return done
    with site.transaction("account"):
        context = {"profile": profile, "passwords": passwords, "erasing": erasing}
        bad = request.method == "POST"
        return _page(request, site, visitor, "settings", _("Your details"), context, bad=bad)


@own
def download(_request: Any, site: Site, visitor: Known) -> HttpResponse:
    """Send all that the shop keeps about the customer, as JSON."""
    with site.transaction("account-export"):
        data = export(visitor.customer.id)
    response = HttpResponse(json.format(json.encode(data), indent=2), content_type="application/json")
    response.headers["Content-Disposition"] = 'attachment; filename="my-data.json"'
    return response


def _save_address(site: Site, visitor: Known, form: AddressForm, address_id: int | None) -> bool:
    data = form.cleaned_data
    return _try(
        form,
        site,
        lambda: save_address(
            customer_id=visitor.customer.id,
            address=address_from(data),
            address_id=address_id,
            default=data["is_default"],
            actor=visitor.actor,
        ),
    )


def _update_profile(site: Site, visitor: Known, form: ProfileForm) -> HttpResponse | None:
    if not form.is_valid():
        return None
    data = form.cleaned_data
    saved = _try(form, site, lambda: update_profile(customer_id=visitor.customer.id, **data, actor=visitor.actor))
    return see(site.path("/account/settings")) if saved else None


def _change_password(site: Site, visitor: Known, form: ChangePasswordForm) -> HttpResponse | None:
    if not form.is_valid():
        return None
    try:
        with site.transaction("password"):
            session = change_password(customer_id=visitor.customer.id, **form.cleaned_data, actor=visitor.actor)
    except InvalidFields as error:
        add_errors(form, error.fields)
        return None
    except TooManyAttempts as error:
        form.add_error(None, too_many(error))
        return None
    response = see(site.path("/account/settings"))
    signed_in(response, session)
    return response


def _erase(request: Any, site: Site, visitor: Known, form: EraseForm) -> HttpResponse | None:
    """Erase the account of somebody who knows its password."""
    if not form.is_valid():
        return None
    email, password = visitor.customer.email, form.cleaned_data["password"]
    try:
        sign_in(email=email, password=password, client=client_of(request, site), actor=visitor.actor)
    except WrongCredentials:
        form.add_error("password", _("This is not your password."))
        return None
    except TooManyAttempts as error:
        form.add_error(None, too_many(error))
        return None
    with site.transaction("erase"):
        erase(customer_id=visitor.customer.id, actor=visitor.actor)
    response = see(site.home)
    signed_out(response)
    return response


def _try(form: forms.Form, site: Site, action: Callable[[], object]) -> bool:
    try:
        with site.transaction("account"):
            action()
    except InvalidFields as error:
        add_errors(form, error.fields)
        return False
    return True


def _page(
    request: Any, site: Site, visitor: Known, name: str, title: str, context: dict[str, Any], *, bad: bool = False
) -> HttpResponse:
    template = f"storefront/account/{name}.html"
    values = {**context, "section": name, "regions": has_regions(site.shop)}
    return pages.show_private(request, site, visitor, template, title, values, status=422 if bad else 200)
