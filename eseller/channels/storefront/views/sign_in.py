"""The door of a customer's account: in, out, a new account, a forgotten password."""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.middleware.csrf import rotate_token
from django.utils.translation import gettext as _

from eseller.channels.storefront import pages
from eseller.channels.storefront.answers import posted, private, see
from eseller.channels.storefront.forms.account import ForgotForm, NewPasswordForm, RegisterForm, SignInForm
from eseller.channels.storefront.forms.fields import add_errors
from eseller.channels.storefront.site import Site
from eseller.channels.storefront.visitors import (
    cart_token,
    client_of,
    customer_token,
    signed_in,
    signed_out,
    visitor_of,
)
from eseller.commerce.cart.actions.merge_on_login import merge_on_login
from eseller.commerce.customers.actions.register import register
from eseller.commerce.customers.actions.reset_password import ask_reset, reset_password
from eseller.commerce.customers.actions.sign_in import sign_in, sign_out
from eseller.commerce.customers.errors import InvalidFields, LinkExpired, WrongCredentials
from eseller.commerce.customers.records import SignedIn
from eseller.tenancy.platform_settings import platform_settings
from eseller.tenancy.throttle import TooManyAttempts

VISITOR = "visitor"


@private
def enter(request: Any, site: Site) -> HttpResponse:
    """Sign in."""
    form = SignInForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                session = sign_in(**form.cleaned_data, client=client_of(request, site), actor=VISITOR)
                return _welcome(request, site, session)
            except WrongCredentials:
                form.add_error(None, _("E-mail and password don't belong together. Check both, or set a new password."))
            except TooManyAttempts as error:
                form.add_error(None, too_many(error))
                status = 429
    return _page(request, site, "sign_in", _("Sign in"), form, status)


@private
def join(request: Any, site: Site) -> HttpResponse:
    """Open an account, unless the platform takes no new ones for the moment."""
    if not platform_settings().registrations_open:
        return _page(request, site, "register_closed", _("Create an account"), RegisterForm(), 503)
    form = RegisterForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                session = _register(request, site, form)
                return _welcome(request, site, session)
            except InvalidFields as error:
                add_errors(form, error.fields)
            except TooManyAttempts as error:
                form.add_error(None, too_many(error))
                status = 429
    return _page(request, site, "register", _("Create an account"), form, status)


@posted
def leave(request: Any, site: Site) -> HttpResponse:
    """Sign out."""
    token = customer_token(request)
    if token:
        with site.transaction("sign-out"):
            sign_out(token=token, actor=visitor_of(request).actor)
    response = see(site.home)
    signed_out(response)
    return response


@private
def forgot(request: Any, site: Site) -> HttpResponse:
    """Ask for a link that sets a new password. The answer is the same whether there is such a customer."""
    form = ForgotForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return _page(request, site, "forgot", _("Forgotten your password?"), form, 200 if not form.is_bound else 422)
    try:
        ask_reset(
            email=form.cleaned_data["email"], client=client_of(request, site), language=site.language, actor=VISITOR
        )
    except TooManyAttempts as error:
        form.add_error(None, too_many(error))
        return _page(request, site, "forgot", _("Forgotten your password?"), form, 429)
    return _page(request, site, "forgot_sent", _("Look into your mail"), form, 200)


@private
def reset(request: Any, site: Site, token: str) -> HttpResponse:
    """Set a new password by the link from the mail."""
    form = NewPasswordForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                with site.transaction("reset"):
                    session = reset_password(token=token, password=form.cleaned_data["password"], actor=VISITOR)
                return _welcome(request, site, session)
            except LinkExpired:
                form.add_error(None, _("This link has been used or is too old. Please ask for a new one."))
                status = 410
            except InvalidFields as error:
                add_errors(form, error.fields)
    return _page(request, site, "reset", _("Choose a new password"), form, status)


def too_many(error: TooManyAttempts) -> str:
    """Tell somebody who tries too often how long to wait."""
    return _("Too many attempts. Please wait %(minutes)s min and try again.") % {"minutes": -(-error.seconds // 60)}


def own_path(site: Site, target: str) -> str:
    """Return where to go next: a path of this shop that was asked for, else the account. Never another site."""
    local = target.startswith("/") and not target.startswith(("//", "/\\"))
    return target if local and len(target) < 500 and target.isprintable() else site.path("/account")


def _register(request: Any, site: Site, form: forms.Form) -> SignedIn:
    return register(**form.cleaned_data, language=site.language, client=client_of(request, site), actor=VISITOR)


def _welcome(request: Any, site: Site, session: SignedIn) -> HttpResponse:
    """Carry the cart over and begin the session."""
    with site.transaction("sign-in"):
        actor = f"customer:{session.customer.id}"
        merge_on_login(token=cart_token(request), customer_id=session.customer.id, actor=actor)
    rotate_token(request)
    response = see(own_path(site, request.POST.get("next", "")))
    signed_in(response, session)
    return response


def _page(request: Any, site: Site, name: str, title: str, form: forms.Form, status: int) -> HttpResponse:
    following = request.POST.get("next") or request.GET.get("next", "")
    with site.transaction("account"):
        visitor = visitor_of(request)
        context = {"form": form, "next": own_path(site, following) if following else ""}
        return pages.show_private(
            request, site, visitor, f"storefront/account/{name}.html", title, context, status=status
        )
