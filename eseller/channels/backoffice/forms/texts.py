"""Forms with words in each language of the shop. Their fields are called as drafts call them: ``texts.da.title``."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from eseller.channels.backoffice.labels import language_names
from eseller.commerce.catalog.errors import FieldProblem
from eseller.commerce.catalog.rules import slug_from
from eseller.tenancy.hosts import ShopInfo


class Part(NamedTuple):
    """One of the words that each language has."""

    name: str
    label: Any
    longest: int
    rows: int = 0
    needed: bool = False
    help: Any = ""


class TextsForm(forms.Form):
    """A form with words in each language; a language in which nothing was typed is left out of the draft."""

    parts: tuple[Part, ...] = ()

    def __init__(self, *args: Any, shop: ShopInfo, **kwargs: Any) -> None:
        """Make the fields of each language."""
        super().__init__(*args, **kwargs)
        self.shop = shop
        self.language_names = language_names(shop.languages, get_language() or "en")
        for code in shop.languages:
            for part in self.parts:
                attrs: dict[str, Any] = {"lang": code}
                widget = (
                    forms.Textarea(attrs=attrs | {"rows": part.rows}) if part.rows else forms.TextInput(attrs=attrs)
                )
                self.fields[f"texts.{code}.{part.name}"] = forms.CharField(
                    label=part.label,
                    max_length=part.longest,
                    required=part.needed and code == shop.default_language,
                    help_text=part.help,
                    widget=widget,
                )

    def languages(self) -> list[tuple[str, str, list[forms.BoundField]]]:
        """Return code, name and fields of each language."""
        return [
            (code, name, [self[f"texts.{code}.{part.name}"] for part in self.parts])
            for code, name in self.language_names.items()
        ]

    def open(self, code: str) -> bool:
        """Tell whether a language's part should be open: the main one, and where something is wrong."""
        wrong = any(name.startswith(f"texts.{code}.") for name in self.errors)
        return wrong or code == self.shop.default_language

    def words(self) -> Iterable[tuple[str, dict[str, str]]]:
        """Return what was typed, by language."""
        for code in self.shop.languages:
            typed = {part.name: str(self.cleaned_data.get(f"texts.{code}.{part.name}", "")) for part in self.parts}
            if code == self.shop.default_language or any(text.strip() for text in typed.values()):
                yield code, typed

    def slug(self, part: str = "title", *, longest: int = 120) -> str:
        """Return the typed address, or one made of the title."""
        typed = str(self.cleaned_data.get("slug", "")).strip()
        return typed or slug_from(self.cleaned_data[f"texts.{self.shop.default_language}.{part}"], longest=longest)

    def tell(self, problems: Iterable[FieldProblem]) -> None:
        """Put an action's problems at their fields."""
        for problem in problems:
            field = next((name for name in (problem.field, f"{problem.field}.title") if name in self.fields), None)
            self.add_error(field, problem.message)


def initial_texts(texts: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """Return the first contents of the language fields."""
    return {f"texts.{code}.{name}": text for code, words in texts.items() for name, text in words.items()}


SLUG = {"autocapitalize": "none", "spellcheck": "false"}


class CategoryForm(TextsForm):
    """A category. Its place among its siblings is changed in the tree."""

    parts = (
        Part("title", _("Title"), 120, needed=True),
        Part("description", _("Description"), 4000, rows=4, help=_("Markdown: **bold**, lists, links.")),
    )
    parent = forms.TypedChoiceField(label=_("Below"), required=False, coerce=int, empty_value=None)
    published = forms.BooleanField(label=_("Shown in the shop"), required=False, initial=True)
    upload = forms.FileField(label=_("Picture"), required=False, widget=forms.FileInput(attrs={"accept": "image/*"}))
    remove_image = forms.BooleanField(label=_("Remove the picture"), required=False)

    def __init__(self, *args: Any, shop: ShopInfo, parents: list[tuple[int, str]], **kwargs: Any) -> None:
        """Take the categories below which this one may stand."""
        super().__init__(*args, shop=shop, **kwargs)
        self.fields["slug"] = _slug_field()
        self.fields["parent"].choices = [("", _("At the top")), *parents]  # type: ignore[attr-defined]


class PageForm(TextsForm):
    """A page of text."""

    parts = (
        Part("title", _("Title"), 160, needed=True),
        Part("body", _("Text"), 100_000, rows=16, help=_("Markdown: # headings, **bold**, lists, links.")),
    )
    published = forms.BooleanField(label=_("Shown in the shop"), required=False, initial=True)
    in_footer = forms.BooleanField(label=_("Linked at the foot of every page"), required=False, initial=True)
    position = forms.IntegerField(label=_("Place in the list"), min_value=0, max_value=999, initial=0)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Add the address."""
        super().__init__(*args, **kwargs)
        self.fields["slug"] = _slug_field()


class HomeForm(TextsForm):
    """The front page: words, the large picture and products, by their addresses."""

    parts = (
        Part("tagline", _("Line above the heading"), 160),
        Part("hero_title", _("Heading"), 160),
        Part("hero_text", _("Text"), 1000, rows=3),
    )
    upload = forms.FileField(label=_("Picture"), required=False, widget=forms.FileInput(attrs={"accept": "image/*"}))
    remove_image = forms.BooleanField(label=_("Remove the picture"), required=False)

    places = 12

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Make a field for each product that can be featured."""
        super().__init__(*args, **kwargs)
        for place in range(self.places):
            self.fields[f"featured_ids.{place}"] = forms.CharField(
                label=_("Product %(number)s") % {"number": place + 1},
                required=False,
                max_length=200,
                widget=forms.TextInput(attrs={"list": "product-addresses", **SLUG}),
            )

    def featured(self) -> list[forms.BoundField]:
        """Return the fields of the products."""
        return [self[f"featured_ids.{place}"] for place in range(self.places)]

    def slugs(self) -> list[tuple[int, str]]:
        """Return the addresses typed, each with its place."""
        typed = [(place, self.cleaned_data[f"featured_ids.{place}"].strip()) for place in range(self.places)]
        return [(place, slug) for place, slug in typed if slug]


def _slug_field() -> forms.CharField:
    return forms.CharField(
        label=_("Address in the shop"),
        max_length=120,
        required=False,
        help_text=_("Made of the title when left empty."),
        widget=forms.TextInput(attrs=SLUG),
    )
