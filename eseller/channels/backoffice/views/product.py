"""One product: its form."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from eseller.channels.backoffice.guard import Office, of_shop
from eseller.channels.backoffice.labels import PRODUCT_STATES, language_names, product_label, vat_class_name
from eseller.channels.backoffice.page import show
from eseller.channels.backoffice.permissions import Permission
from eseller.channels.backoffice.pictures import pictures_of
from eseller.channels.backoffice.product.reading import read
from eseller.channels.backoffice.product.saving import Outcome, load, save, take_in
from eseller.channels.backoffice.product.state import MOST_ROWS, ProductState, empty_state
from eseller.channels.backoffice.product.steps import take_step
from eseller.channels.backoffice.product.words import field_label
from eseller.commerce.catalog.office import categories_list
from eseller.commerce.pricing.queries import vat_classes


@of_shop(see=Permission.CATALOG, change=Permission.CATALOG)
def product_new(request: HttpRequest, office: Office) -> HttpResponse:
    """Show the form of a product to be made; POST makes it."""
    if request.method == "POST":
        return _sent(request, office, None)
    return _show(request, office, empty_state(office.shop.languages), None)


@of_shop(see=Permission.SEE, change=Permission.CATALOG)
def product(request: HttpRequest, office: Office, product_id: int) -> HttpResponse:
    """Show a product's form; POST saves it, or does what one of its buttons says."""
    if request.method == "POST":
        return _sent(request, office, product_id)
    text = request.GET.get("first", "")
    first = int(text) // MOST_ROWS * MOST_ROWS if text.isdecimal() and len(text) < 5 else 0
    with office.scope("product"):
        state = load(office, product_id, first)
    return _show(request, office, state, product_id)


def _sent(request: HttpRequest, office: Office, product_id: int | None) -> HttpResponse:
    state = read(request.POST, office.shop.languages)
    problems = take_in(office, state, request.FILES.getlist("upload"))
    do = request.POST.get("do", "save")
    if do != "save" and take_step(state, do, default_language=office.shop.default_language):
        return _show(request, office, state, product_id, Outcome(problems=problems))
    outcome = Outcome(problems=problems) if problems else save(office, state, product_id)
    if outcome.product_id is None:
        return _show(request, office, state, product_id, outcome, status=409 if outcome.conflict is not None else 422)
    done = "created" if product_id is None else "unchanged" if outcome.unchanged else "saved"
    slice_ = f"&first={state.first}" if state.sliced else ""
    return HttpResponseRedirect(f"{office.url('product', product_id=outcome.product_id)}?done={done}{slice_}")


def _show(
    request: HttpRequest,
    office: Office,
    state: ProductState,
    product_id: int | None,
    outcome: Outcome | None = None,
    status: int = 200,
) -> HttpResponse:
    outcome = outcome or Outcome()
    shop = office.shop
    with office.scope("product"):
        categories = categories_list(shop.default_language)
        pictures = pictures_of([int(image.image_id) for image in state.images if image.image_id.isdecimal()])
        classes = sorted({state.vat_class, *vat_classes(shop.country)})
    first = state.texts.get(shop.default_language)
    problems = [(name, field_label(name), text) for name, text in outcome.problems.items()]
    return show(
        request,
        office,
        "product.html",
        section="products",
        status=status,
        state=state,
        product_id=product_id,
        name=(first.title if first else "") or _("New product"),
        label=product_label(state.state),
        states=PRODUCT_STATES,
        categories=categories,
        pictures=pictures,
        vat_class_choices=[(code, vat_class_name(code)) for code in classes],
        language_names=language_names(shop.languages, office.language),
        problems=outcome.problems,
        problem_list=problems,
        conflict=outcome.conflict,
        may_edit=office.may(Permission.CATALOG),
        most_rows=MOST_ROWS,
    )
