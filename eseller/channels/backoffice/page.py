"""Rendering a page of a shop in the back office's frame."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from eseller.channels.backoffice.guard import Office
from eseller.channels.backoffice.links import absolute
from eseller.channels.backoffice.permissions import Permission
from eseller.media import storage
from eseller.media.images import SIZES
from eseller.tenancy.platform_settings import notice, platform_settings

DONE = {
    "saved": gettext_lazy("Saved."),
    "created": gettext_lazy("Created."),
    "removed": gettext_lazy("Removed."),
    "unchanged": gettext_lazy("Nothing was changed."),
    "captured": gettext_lazy("The money was taken."),
    "paid": gettext_lazy("The payment was noted."),
    "shipped": gettext_lazy("The parcel was noted and the customer is told."),
    "cancelled": gettext_lazy("The order was cancelled."),
    "refunded": gettext_lazy("The refund was made."),
    "mailed": gettext_lazy("The mail is on its way again."),
    "noted": gettext_lazy("The note was added."),
    "invited": gettext_lazy("The invitation is on its way."),
}
"""What a page says after something was done. Its address names one of these: it can't be made to say others."""

_NAVIGATION: list[tuple[str, Any, str, Permission]] = [
    ("dashboard", gettext_lazy("Overview"), "dashboard", Permission.SEE),
    ("orders", gettext_lazy("Orders"), "package", Permission.SEE),
    ("products", gettext_lazy("Products"), "tag", Permission.SEE),
    ("categories", gettext_lazy("Categories"), "tree", Permission.SEE),
    ("pages", gettext_lazy("Content"), "file", Permission.SEE),
]
_SETTINGS: list[tuple[str, Any, str, Permission]] = [
    ("settings", gettext_lazy("Shop"), "settings", Permission.SETTINGS),
    ("shipping", gettext_lazy("Delivery"), "truck", Permission.SETTINGS),
    ("payments", gettext_lazy("Payment"), "card", Permission.PAYMENTS),
    ("domains", gettext_lazy("Addresses"), "globe", Permission.SETTINGS),
    ("staff", gettext_lazy("Staff"), "users", Permission.STAFF),
    ("history", gettext_lazy("History"), "history", Permission.SETTINGS),
    ("damage", gettext_lazy("Damaged records"), "shield", Permission.SEE),
]


def show(
    request: HttpRequest, office: Office, template: str, *, section: str, status: int = 200, **values: Any
) -> HttpResponse:
    """Render a page of a shop.

    Args:
        request: the request.
        office: who is at work where.
        template: below ``office/``.
        section: which entry of the navigation is the current one.
        status: 422 for a form that is shown again.
        values: for the template.
    """
    context = {
        "office": office,
        "shop": office.shop,
        "section": section,
        "links": _links(office, section, _NAVIGATION),
        "settings_links": _links(office, section, _SETTINGS),
        "languages": settings.LANGUAGES,
        "notice": notice(platform_settings().office_notice, office.language),
        "done": DONE.get(request.GET.get("done", "")),
        "thumb_name": thumb_name,
        "role_name": role_name(office.role),
        "shop_url": absolute("/", host=office.shop.primary_host),
        **values,
    }
    return render(request, f"office/{template}", context, status=status)


def thumb_name(sha256: str) -> str:
    """Return the file name of a picture's smallest rendition."""
    return storage.name(sha256, SIZES[0])


def role_name(role: str) -> str:
    """Return a role's name in the active language."""
    return {"owner": _("Owner"), "manager": _("Manager"), "clerk": _("Clerk"), "reader": _("Reader")}.get(role, role)


def _links(office: Office, section: str, entries: list[tuple[str, Any, str, Permission]]) -> list[dict[str, Any]]:
    return [
        {"label": label, "url": office.url(name), "icon": icon, "current": name == section}
        for name, label, icon, permission in entries
        if office.may(permission)
    ]
