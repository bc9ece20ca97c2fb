"""What payment providers and their pages send: the test card's second step, and signed callbacks."""

from typing import Any

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from eseller.channels.storefront import pages
from eseller.channels.storefront.answers import private, see
from eseller.channels.storefront.site import Site
from eseller.channels.storefront.visitors import visitor_of
from eseller.commerce.orders.actions.payment_callback import Heard, handle_callback, second_step
from eseller.commerce.payments.queries import second_step_page
from eseller.tenancy.guard.diagnose import healed

MOST_BYTES = 64 * 1024
_STATUS = {Heard.APPLIED: 204, Heard.REPEATED: 204, Heard.FORGED: 401, Heard.UNKNOWN: 404}


@private
def testcard(request: Any, site: Site, reference: str) -> HttpResponse:
    """The test bank's page: the shopper says yes or no, as in a bank's own second step."""
    if request.method == "POST":
        approve = request.POST.get("answer") == "approve"
        return see(second_step(shop_id=site.shop.id, reference=reference, approve=approve))
    with site.transaction("second-step"):
        step = second_step_page(reference)
        if step is None:
            raise Http404
        visitor = visitor_of(request)
        return pages.show_private(
            request, site, visitor, "storefront/second_step.html", _("Confirm your payment"), {"step": step}
        )


@csrf_exempt
@require_POST
def hook(request: Any, provider: str) -> HttpResponse:
    """A payment provider's callback. It is signed; who sends it does not matter otherwise."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > MOST_BYTES:
        return HttpResponse(status=413)
    headers = {name.lower(): value for name, value in request.headers.items() if name.lower().startswith("webhook-")}
    shop_id, body = request.shop.id, request.body
    heard = healed(
        shop_id, lambda: handle_callback(shop_id=shop_id, provider=provider, headers=headers, body=body)
    )
    return HttpResponse(status=_STATUS[heard])
