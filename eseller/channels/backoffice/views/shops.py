"""Which shop to work in."""

from typing import cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from eseller.channels.backoffice.guard import signed_in
from eseller.channels.backoffice.page import role_name
from eseller.tenancy.models import User
from eseller.tenancy.queries import member_shops


@signed_in
def shops(request: HttpRequest) -> HttpResponse:
    """List the person's shops; somebody with one goes straight there."""
    user = cast(User, request.user)
    found = member_shops(user.pk)
    if len(found) == 1:
        return HttpResponseRedirect(reverse("dashboard", kwargs={"shop": found[0].slug}))
    listed = [(shop, role_name(shop.role)) for shop in found]
    return render(request, "office/shops.html", {"shops": listed, "user": user, "languages": settings.LANGUAGES})
