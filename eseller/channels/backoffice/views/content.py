"""Pages of text and the front page."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from eseller.channels.backoffice.forms.texts import HomeForm, PageForm, initial_texts
from eseller.channels.backoffice.guard import Office, of_shop
from eseller.channels.backoffice.page import show
from eseller.channels.backoffice.permissions import Permission
from eseller.channels.backoffice.pictures import one_upload, pictures_of
from eseller.commerce.catalog.office import products_list
from eseller.commerce.content.actions.delete_page import delete_page
from eseller.commerce.content.actions.save_home import save_home
from eseller.commerce.content.actions.save_page import save_page
from eseller.commerce.content.drafts import HomeDraft, HomeTextDraft, PageDraft, PageTextDraft
from eseller.commerce.content.errors import InvalidHome, InvalidPage
from eseller.commerce.content.queries import home_draft, page_draft, pages_list
from eseller.tenancy.sql import fetch

_EMPTY = PageDraft(slug="", texts=())


@of_shop(see=Permission.SEE)
def pages(request: HttpRequest, office: Office) -> HttpResponse:
    """List the pages."""
    with office.scope("pages"):
        rows = pages_list(office.shop.default_language)
    return show(request, office, "pages.html", section="pages", rows=rows)


@of_shop(see=Permission.CONTENT, change=Permission.CONTENT)
def page_new(request: HttpRequest, office: Office) -> HttpResponse:
    """Write a page."""
    return _edit(request, office, None)


@of_shop(see=Permission.SEE, change=Permission.CONTENT)
def page(request: HttpRequest, office: Office, page_id: int) -> HttpResponse:
    """Change a page."""
    return _edit(request, office, page_id)


@of_shop(see=Permission.CONTENT, change=Permission.CONTENT)
def page_remove(request: HttpRequest, office: Office, page_id: int) -> HttpResponse:
    """Ask, then delete a page."""
    with office.scope("page"):
        row = next((row for row in pages_list(office.shop.default_language) if row.id == page_id), None)
    if row is None:
        raise Http404
    if request.method == "POST":
        with office.scope("delete_page"):
            delete_page(page_id=page_id, actor=office.actor)
        return HttpResponseRedirect(office.url("pages") + "?done=removed")
    return show(request, office, "page_remove.html", section="pages", page=row)


@of_shop(see=Permission.SEE, change=Permission.CONTENT)
def home(request: HttpRequest, office: Office) -> HttpResponse:
    """Change the front page."""
    with office.scope("home"):
        stored = home_draft()
        slugs = _slugs(stored.featured_ids)
    form = HomeForm(request.POST or None, request.FILES or None, shop=office.shop, initial=_home_initial(stored, slugs))
    if request.method == "POST" and form.is_valid() and _save_home(request, office, form, stored):
        return HttpResponseRedirect(f"{office.url('home')}?done=saved")
    with office.scope("home"):
        picture = pictures_of([stored.hero_image_id] if stored.hero_image_id else []).get(stored.hero_image_id or 0)
        known = products_list(language=office.shop.default_language, currency=office.shop.currency, state="published")
    return show(
        request,
        office,
        "home.html",
        section="pages",
        status=422 if form.errors else 200,
        form=form,
        picture=picture,
        products=known.rows,
        may_edit=office.may(Permission.CONTENT),
    )


def _edit(request: HttpRequest, office: Office, page_id: int | None) -> HttpResponse:
    with office.scope("page"):
        stored = page_draft(page_id) if page_id is not None else _EMPTY
    if stored is None:
        raise Http404
    words = {text.language: {"title": text.title, "body": text.body} for text in stored.texts}
    first: dict[str, Any] = {name: getattr(stored, name) for name in ("slug", "published", "in_footer", "position")}
    form = PageForm(request.POST or None, shop=office.shop, initial=first | initial_texts(words))
    if request.method == "POST" and form.is_valid() and _save_page(office, form, page_id):
        return HttpResponseRedirect(office.url("pages") + "?done=saved")
    return show(
        request,
        office,
        "page.html",
        section="pages",
        status=422 if form.errors else 200,
        form=form,
        page_id=page_id,
        name=words.get(office.shop.default_language, {}).get("title") or _("New page"),
        may_edit=office.may(Permission.CONTENT),
    )


def _save_page(office: Office, form: PageForm, page_id: int | None) -> bool:
    values = form.cleaned_data
    draft = PageDraft(
        slug=form.slug(),
        texts=tuple(PageTextDraft(language=code, **words) for code, words in form.words()),
        published=values["published"],
        in_footer=values["in_footer"],
        position=values["position"],
    )
    try:
        with office.scope("save_page"):
            save_page(draft=draft, actor=office.actor, page_id=page_id)
    except InvalidPage as error:
        form.tell(error.problems)
        return False
    return True


def _save_home(request: HttpRequest, office: Office, form: HomeForm, stored: HomeDraft) -> bool:
    image_id = one_upload(request, office, form, stored.hero_image_id)
    wanted = form.slugs()
    with office.scope("home"):
        rows = fetch("SELECT slug, id FROM catalog_product WHERE slug = ANY(%s)", [[slug for _place, slug in wanted]])
    ids = {str(slug): int(product_id) for slug, product_id in rows}
    for place, slug in wanted:
        if slug not in ids:
            form.add_error(f"featured_ids.{place}", _("There is no such product."))
    if form.errors:
        return False
    draft = HomeDraft(
        texts=tuple(HomeTextDraft(language=code, **words) for code, words in form.words()),
        hero_image_id=image_id,
        featured_ids=tuple(ids[slug] for _place, slug in wanted),
    )
    try:
        with office.scope("save_home"):
            save_home(draft=draft, actor=office.actor)
    except InvalidHome as error:
        form.tell(error.problems)
        return False
    return True


def _slugs(ids: tuple[int, ...]) -> dict[int, str]:
    return dict(fetch("SELECT id, slug FROM catalog_product WHERE id = ANY(%s)", [list(ids)])) if ids else {}


def _home_initial(stored: HomeDraft, slugs: dict[int, str]) -> dict[str, Any]:
    words = {
        text.language: {"tagline": text.tagline, "hero_title": text.hero_title, "hero_text": text.hero_text}
        for text in stored.texts
    }
    featured = {f"featured_ids.{place}": slugs.get(number, "") for place, number in enumerate(stored.featured_ids)}
    return featured | initial_texts(words)
