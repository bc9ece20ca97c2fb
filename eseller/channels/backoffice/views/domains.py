"""The addresses at which a shop answers."""

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext_lazy as _

from eseller.channels.backoffice.guard import Office, of_shop
from eseller.channels.backoffice.page import show
from eseller.channels.backoffice.permissions import Permission
from eseller.tenancy import queries
from eseller.tenancy.actions.add_domain import add_domain
from eseller.tenancy.actions.errors import ShopChangeRefused
from eseller.tenancy.actions.remove_domain import remove_domain
from eseller.tenancy.actions.set_primary_domain import set_primary_domain


class DomainForm(forms.Form):
    """A new address."""

    host = forms.CharField(
        label=_("Host name"),
        max_length=253,
        help_text=_("Such as shop.example.com, without http:// and path. Its DNS entry must lead to this platform."),
        widget=forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false", "inputmode": "url"}),
    )


@of_shop(see=Permission.SETTINGS, change=Permission.SETTINGS)
def domains(request: HttpRequest, office: Office) -> HttpResponse:
    """List the addresses; POST adds one."""
    form = DomainForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            add_domain(shop_id=office.shop.id, host=form.cleaned_data["host"], actor=office.actor)
        except ShopChangeRefused as error:
            form.add_error(error.field or None, error.message)
        else:
            return HttpResponseRedirect(office.url("domains") + "?done=created")
    with office.scope("domains"):
        found = queries.domains()
    status = 422 if form.errors else 200
    return show(request, office, "domains.html", section="domains", status=status, form=form, domains=found)


@of_shop(change=Permission.SETTINGS)
def domain_primary(request: HttpRequest, office: Office, domain_id: int) -> HttpResponse:  # noqa: ARG001
    """Make an address the main one."""
    set_primary_domain(shop_id=office.shop.id, domain_id=domain_id, actor=office.actor)
    return HttpResponseRedirect(office.url("domains") + "?done=saved")


@of_shop(see=Permission.SETTINGS, change=Permission.SETTINGS)
def domain_remove(request: HttpRequest, office: Office, domain_id: int) -> HttpResponse:
    """Ask, then remove an address."""
    if request.method == "POST":
        remove_domain(shop_id=office.shop.id, domain_id=domain_id, actor=office.actor)
        return HttpResponseRedirect(office.url("domains") + "?done=removed")
    with office.scope("domains"):
        found = next((domain for domain in queries.domains() if domain.id == domain_id), None)
    if found is None:
        raise Http404
    return show(request, office, "domain_remove.html", section="domains", domain=found)
