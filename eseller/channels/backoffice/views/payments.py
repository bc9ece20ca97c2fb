"""Ways to pay, and where money arrives. For owners."""

import msgspec
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from eseller.channels.backoffice.forms.methods import BankForm, PaymentForm
from eseller.channels.backoffice.guard import Office, of_shop
from eseller.channels.backoffice.labels import provider_name
from eseller.channels.backoffice.methods import payment_methods
from eseller.channels.backoffice.page import show
from eseller.channels.backoffice.permissions import Permission
from eseller.commerce.payments.actions.save_method import (
    PROVIDERS,
    InvalidPaymentMethod,
    PaymentMethodDraft,
    save_payment_method,
)
from eseller.tenancy.actions.drafts import settings_of
from eseller.tenancy.actions.update_settings import update_settings


@of_shop(see=Permission.PAYMENTS, change=Permission.PAYMENTS)
def payments(request: HttpRequest, office: Office) -> HttpResponse:
    """List the ways to pay, those not offered yet too; POST changes the bank account."""
    form = BankForm(request.POST or None, initial={"bank_account": office.shop.bank_account})
    if request.method == "POST" and form.is_valid():
        settings = msgspec.structs.replace(settings_of(office.shop), bank_account=form.cleaned_data["bank_account"])
        changed = update_settings(shop_id=office.shop.id, settings=settings, actor=office.actor)
        return HttpResponseRedirect(f"{office.url('payments')}?done={'saved' if changed else 'unchanged'}")
    with office.scope("payments"):
        methods = _all(office)
    return show(
        request,
        office,
        "payments.html",
        section="payments",
        status=422 if form.errors else 200,
        form=form,
        methods=[(method, provider_name(method.provider)) for method in methods],
    )


@of_shop(see=Permission.PAYMENTS, change=Permission.PAYMENTS)
def payment_method(request: HttpRequest, office: Office, code: str) -> HttpResponse:
    """Change a way to pay."""
    with office.scope("payments"):
        method = next((method for method in _all(office) if method.code == code), None)
    if method is None:
        raise Http404
    form = PaymentForm(request.POST or None, shop=office.shop, method=method)
    if request.method == "POST" and form.is_valid():
        try:
            with office.scope("save_payment_method"):
                save_payment_method(draft=form.draft(), actor=office.actor)
        except InvalidPaymentMethod as error:
            form.add_error(None, _(error.message))
        else:
            return HttpResponseRedirect(office.url("payments") + "?done=saved")
    return show(
        request,
        office,
        "payment_method.html",
        section="payments",
        status=422 if form.errors else 200,
        form=form,
        method=method,
        provider=provider_name(method.provider),
    )


def _all(office: Office) -> list[PaymentMethodDraft]:
    """Return the shop's methods, and a blank one for each provider that it does not use yet."""
    stored = payment_methods()
    used = {method.provider for method in stored}
    blank = [
        PaymentMethodDraft(
            code=provider.replace("_", "-"),
            provider=provider,
            names={office.shop.default_language: provider_name(provider)},
            active=False,
            position=len(stored),
        )
        for provider in PROVIDERS
        if provider not in used
    ]
    return [*stored, *blank]
