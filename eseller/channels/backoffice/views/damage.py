"""Damaged records of the shop."""

from django.http import HttpRequest, HttpResponse

from eseller.channels.backoffice.damage import damages
from eseller.channels.backoffice.guard import Office, of_shop
from eseller.channels.backoffice.page import show
from eseller.channels.backoffice.permissions import Permission


@of_shop(see=Permission.SEE)
def damage(request: HttpRequest, office: Office) -> HttpResponse:
    """List what is damaged, and where it is mended."""
    with office.scope("damage"):
        found = damages(office)
    return show(request, office, "damage.html", section="damage", damages=found)
