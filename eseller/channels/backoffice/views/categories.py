"""The category tree."""

import msgspec
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from eseller.channels.backoffice.forms.texts import CategoryForm, initial_texts
from eseller.channels.backoffice.guard import Office, of_shop
from eseller.channels.backoffice.page import show
from eseller.channels.backoffice.permissions import Permission
from eseller.channels.backoffice.pictures import one_upload, pictures_of
from eseller.commerce.catalog.actions.delete_category import delete_category
from eseller.commerce.catalog.actions.move_category import move_category
from eseller.commerce.catalog.actions.save_category import save_category
from eseller.commerce.catalog.drafts import CategoryDraft, CategoryTextDraft
from eseller.commerce.catalog.errors import CategoryNotEmpty, FieldProblem, InvalidCategory
from eseller.commerce.catalog.office import categories_list, category_draft
from eseller.commerce.catalog.records import CategoryRow

_EMPTY = CategoryDraft(slug="", texts=())


@of_shop(see=Permission.SEE)
def categories(request: HttpRequest, office: Office) -> HttpResponse:
    """Show the tree."""
    with office.scope("categories"):
        tree = categories_list(office.shop.default_language)
    return show(request, office, "categories.html", section="categories", rows=_with_ends(tree))


@of_shop(see=Permission.CATALOG, change=Permission.CATALOG)
def category_new(request: HttpRequest, office: Office) -> HttpResponse:
    """Make a category."""
    return _edit(request, office, None)


@of_shop(see=Permission.SEE, change=Permission.CATALOG)
def category(request: HttpRequest, office: Office, category_id: int) -> HttpResponse:
    """Change a category."""
    return _edit(request, office, category_id)


@of_shop(change=Permission.CATALOG)
def category_move(request: HttpRequest, office: Office, category_id: int) -> HttpResponse:
    """Move a category one place up or down among its siblings."""
    by = {"up": -1, "down": 1}.get(request.POST.get("do", ""), 0)
    with office.scope("move_category"):
        tree = categories_list(office.shop.default_language)
        row = next((row for row in tree if row.id == category_id), None)
        if row is None:
            raise Http404
        siblings = [other.id for other in tree if other.parent_id == row.parent_id]
        place = max(siblings.index(category_id) + by, 0)
        move_category(category_id=category_id, parent_id=row.parent_id, position=place, actor=office.actor)
    return HttpResponseRedirect(f"{office.url('categories')}#category-{category_id}")


@of_shop(see=Permission.CATALOG, change=Permission.CATALOG)
def category_remove(request: HttpRequest, office: Office, category_id: int) -> HttpResponse:
    """Ask, then delete a category."""
    problem = ""
    if request.method == "POST":
        try:
            with office.scope("delete_category"):
                delete_category(category_id=category_id, actor=office.actor)
        except CategoryNotEmpty as error:
            problem = _(error.message)
        else:
            return HttpResponseRedirect(office.url("categories") + "?done=removed")
    with office.scope("category"):
        row = next((row for row in categories_list(office.shop.default_language) if row.id == category_id), None)
    if row is None:
        raise Http404
    status = 409 if problem else 200
    return show(
        request, office, "category_remove.html", section="categories", status=status, category=row, problem=problem
    )


def _edit(request: HttpRequest, office: Office, category_id: int | None) -> HttpResponse:
    with office.scope("category"):
        stored = category_draft(category_id) if category_id is not None else _EMPTY
        tree = categories_list(office.shop.default_language)
    if stored is None:
        raise Http404
    form = CategoryForm(
        request.POST or None,
        request.FILES or None,
        shop=office.shop,
        parents=_parents(tree, category_id),
        initial=_initial(stored, request.GET.get("below", "")),
    )
    if request.method == "POST" and form.is_valid():
        saved = _save(request, office, form, stored, category_id, tree)
        if saved:
            return HttpResponseRedirect(f"{office.url('categories')}?done=saved#category-{saved}")
    with office.scope("category"):
        picture = pictures_of([stored.image_id] if stored.image_id else []).get(stored.image_id or 0)
    titles = {text.language: text.title for text in stored.texts}
    return show(
        request,
        office,
        "category.html",
        section="categories",
        status=422 if form.errors else 200,
        form=form,
        category_id=category_id,
        name=titles.get(office.shop.default_language) or _("New category"),
        picture=picture,
        may_edit=office.may(Permission.CATALOG),
    )


def _save(
    request: HttpRequest,
    office: Office,
    form: CategoryForm,
    stored: CategoryDraft,
    category_id: int | None,
    tree: tuple[CategoryRow, ...],
) -> int:
    image_id = one_upload(request, office, form, stored.image_id)
    if form.errors:
        return 0
    values = form.cleaned_data
    moved = category_id is None or values["parent"] != stored.parent_id
    siblings = [row.position for row in tree if row.parent_id == values["parent"] and row.id != category_id]
    draft = CategoryDraft(
        slug=form.slug(),
        texts=tuple(CategoryTextDraft(language=code, **words) for code, words in form.words()),
        parent_id=values["parent"],
        position=max(siblings, default=-1) + 1 if moved else stored.position,
        published=values["published"],
        image_id=image_id,
    )
    try:
        with office.scope("save_category"):
            return save_category(draft=draft, actor=office.actor, category_id=category_id)
    except InvalidCategory as error:
        form.tell(_in_form(problem) for problem in error.problems)
        return 0


def _in_form(problem: FieldProblem) -> FieldProblem:
    """Return the problem under the name that the form has for its field."""
    return msgspec.structs.replace(problem, field={"parent_id": "parent"}.get(problem.field, problem.field))


def _initial(stored: CategoryDraft, below: str) -> dict[str, object]:
    words = {text.language: {"title": text.title, "description": text.description} for text in stored.texts}
    parent = stored.parent_id if stored is not _EMPTY else int(below) if below.isdecimal() and len(below) < 18 else None
    return {"slug": stored.slug, "parent": parent, "published": stored.published, **initial_texts(words)}


def _parents(tree: tuple[CategoryRow, ...], category_id: int | None) -> list[tuple[int, str]]:
    """Return the categories below which this one may stand: not itself nor those below it."""
    below: set[int | None] = {category_id} if category_id is not None else set()
    for row in tree:
        if row.parent_id in below:
            below.add(row.id)
    return [(row.id, "\u2003" * (row.depth - 1) + row.title) for row in tree if row.id not in below]


def _with_ends(tree: tuple[CategoryRow, ...]) -> list[tuple[CategoryRow, bool, bool]]:
    """Return each row, and whether it is the first and the last among its siblings."""
    siblings: dict[int | None, list[int]] = {}
    for row in tree:
        siblings.setdefault(row.parent_id, []).append(row.id)
    return [(row, siblings[row.parent_id][0] == row.id, siblings[row.parent_id][-1] == row.id) for row in tree]
