"""A shop's settings."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from eseller.channels.backoffice.forms.settings import SettingsForm
from eseller.channels.backoffice.guard import Office, of_shop
from eseller.channels.backoffice.page import show
from eseller.channels.backoffice.permissions import Permission
from eseller.commerce.catalog.tasks import rebuild
from eseller.services.jobs import defer
from eseller.tenancy.actions.errors import InvalidShop
from eseller.tenancy.actions.update_settings import update_settings
from eseller.tenancy.scope import shop_transaction


@of_shop(see=Permission.SETTINGS, change=Permission.SETTINGS)
def settings(request: HttpRequest, office: Office) -> HttpResponse:
    """Show and change the settings; the button "preview" shows the look without keeping it."""
    form = SettingsForm(request.POST or None, shop=office.shop, initial=SettingsForm.initial_of(office.shop))
    previewing = request.POST.get("do") == "preview"
    if request.method == "POST" and form.is_valid() and not previewing:
        try:
            changed = update_settings(shop_id=office.shop.id, settings=form.settings(), actor=office.actor)
            if set(form.settings().languages) != set(office.shop.languages):
                with shop_transaction(office.shop.id, actor=office.actor):
                    defer(rebuild, once="languages")
        except InvalidShop as error:
            for field, problem in error.problems.items():
                form.add_error(field if field in form.fields else None, problem)
        else:
            done = "saved" if changed else "unchanged"
            return HttpResponseRedirect(f"{office.url('settings')}?done={done}")
    status = 422 if form.errors and not previewing else 200
    look = {name: form[name].value() for name in ("brand", "surface", "display", "corners")}
    return show(
        request, office, "settings.html", section="settings", status=status, form=form, look=look, previewing=previewing
    )
