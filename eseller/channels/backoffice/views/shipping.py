"""Ways of delivery."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from eseller.channels.backoffice.forms.methods import ShippingForm
from eseller.channels.backoffice.guard import Office, of_shop
from eseller.channels.backoffice.methods import shipping_methods
from eseller.channels.backoffice.page import show
from eseller.channels.backoffice.permissions import Permission
from eseller.commerce.pricing.queries import vat_classes
from eseller.commerce.shipping.actions.save_method import delete_shipping_method, save_shipping_method
from eseller.commerce.shipping.drafts import ShippingDraft
from eseller.commerce.shipping.errors import InvalidShippingMethod


@of_shop(see=Permission.SETTINGS)
def shipping(request: HttpRequest, office: Office) -> HttpResponse:
    """List the ways of delivery."""
    with office.scope("shipping"):
        methods = shipping_methods()
    return show(request, office, "shipping.html", section="shipping", methods=methods)


@of_shop(see=Permission.SETTINGS, change=Permission.SETTINGS)
def shipping_new(request: HttpRequest, office: Office) -> HttpResponse:
    """Make a way of delivery."""
    with office.scope("shipping"):
        taken = {method.code for method in shipping_methods()}
    return _edit(request, office, None, taken)


@of_shop(see=Permission.SETTINGS, change=Permission.SETTINGS)
def shipping_method(request: HttpRequest, office: Office, code: str) -> HttpResponse:
    """Change a way of delivery."""
    return _edit(request, office, _find(office, code), set())


@of_shop(see=Permission.SETTINGS, change=Permission.SETTINGS)
def shipping_remove(request: HttpRequest, office: Office, code: str) -> HttpResponse:
    """Ask, then remove a way of delivery."""
    method = _find(office, code)
    if request.method == "POST":
        with office.scope("delete_shipping_method"):
            delete_shipping_method(code=code, actor=office.actor)
        return HttpResponseRedirect(office.url("shipping") + "?done=removed")
    return show(request, office, "shipping_remove.html", section="shipping", method=method)


def _edit(request: HttpRequest, office: Office, method: ShippingDraft | None, taken: set[str]) -> HttpResponse:
    with office.scope("shipping"):
        classes = sorted({*vat_classes(office.shop.country), *([method.vat_class] if method else [])})
    form = ShippingForm(request.POST or None, shop=office.shop, method=method, vat_classes=classes)
    more = request.POST.get("do") == "rows"
    if request.method == "POST" and not more and form.is_valid() and _save(office, form, taken):
        return HttpResponseRedirect(office.url("shipping") + "?done=saved")
    return show(
        request,
        office,
        "shipping_method.html",
        section="shipping",
        status=422 if form.errors and not more else 200,
        form=form,
        method=method,
        more=more,
    )


def _save(office: Office, form: ShippingForm, taken: set[str]) -> bool:
    draft = form.draft()
    main_name = f"name-{office.shop.default_language}"
    if draft.code in taken:
        form.add_error(main_name, _("There is a way of delivery with this name already."))
        return False
    try:
        with office.scope("save_shipping_method"):
            save_shipping_method(draft=draft, actor=office.actor)
    except InvalidShippingMethod as error:
        field = {"names": main_name}.get(str(error.detail.get("field")), str(error.detail.get("field")))
        form.add_error(field if field in form.fields else None, _(error.message))
        return False
    return True


def _find(office: Office, code: str) -> ShippingDraft:
    with office.scope("shipping"):
        for method in shipping_methods():
            if method.code == code:
                return method
    raise Http404
