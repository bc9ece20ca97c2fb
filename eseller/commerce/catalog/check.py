"""What a draft must be before the database is asked: cleaned texts, limits, and no contradictions. Pure."""

from collections.abc import Collection, Iterator, Sequence

import msgspec
from babel.core import get_global
from django.utils.translation import gettext as _

from eseller.commerce.catalog import clean
from eseller.commerce.catalog.drafts import (
    ImageDraft,
    OptionDraft,
    OptionValueDraft,
    ProductDraft,
    TextDraft,
    Texts,
    VariantDraft,
)
from eseller.commerce.catalog.errors import Code, FieldProblem
from eseller.commerce.catalog.models import Product
from eseller.commerce.catalog.rules import (
    MAX_CATEGORIES,
    MAX_IMAGES,
    MAX_ON_HAND,
    MAX_OPTIONS,
    MAX_TAGS,
    MAX_VALUES,
    MAX_VARIANTS,
    MAX_WEIGHT_G,
    is_gtin,
    is_slug,
)
from eseller.kernel.money import MAX_AMOUNT

MAX_LABEL = 255
MAX_ALT = 500


class Problems:
    """Collects what is wrong, in the order it is found."""

    def __init__(self) -> None:
        """Begin with none."""
        self.found: list[FieldProblem] = []

    def add(self, field: str, code: Code, message: str) -> None:
        """Note a problem."""
        self.found.append(FieldProblem(field, code, message))

    def text(self, field: str, text: str, longest: int, *, required: bool = False) -> None:
        """Check a text's length."""
        if required and not text:
            self.add(field, "required", _("This is needed."))
        if len(text) > longest:
            self.add(field, "too_long", _("At most %(most)d characters.") % {"most": longest})

    def count(self, field: str, things: Collection[object], most: int) -> None:
        """Check how many there are."""
        if len(things) > most:
            self.add(field, "too_many", _("At most %(most)d.") % {"most": most})

    def between(self, field: str, number: int, least: int, most: int) -> None:
        """Check a number's bounds."""
        if number < least:
            self.add(field, "too_low", _("At least %(least)d.") % {"least": least})
        elif number > most:
            self.add(field, "too_high", _("At most %(most)d.") % {"most": most})

    def texts(self, field: str, texts: Texts, languages: Collection[str], longest: int, *, required: bool) -> None:
        """Check words by language."""
        if required and not texts:
            self.add(field, "required", _("This is needed in one language at least."))
        for language, text in texts.items():
            self.language(f"{field}.{language}", language, languages)
            self.text(f"{field}.{language}", text, longest, required=required)

    def language(self, field: str, language: str, languages: Collection[str]) -> None:
        """Check that the shop has a language."""
        if language not in languages:
            self.add(field, "unknown_language", _("The shop does not use this language."))


def cleaned(draft: ProductDraft) -> ProductDraft:
    """Return the draft with its texts cleaned: what is stored and compared."""
    return msgspec.structs.replace(
        draft,
        slug=draft.slug.strip(),
        brand=clean.line(draft.brand),
        product_type=clean.line(draft.product_type),
        tags=tuple(dict.fromkeys(tag for tag in map(clean.line, draft.tags) if tag)),
        external_id=clean.line(draft.external_id or "") or None,
        texts=tuple(_clean_text(text) for text in draft.texts),
        options=tuple(
            OptionDraft(
                names=_clean_texts(option.names),
                values=tuple(
                    OptionValueDraft(labels=_clean_texts(value.labels), swatch=value.swatch.strip().lower())
                    for value in option.values
                ),
            )
            for option in draft.options
        ),
        variants=tuple(
            msgspec.structs.replace(v, sku=clean.line(v.sku or "") or None, ean=v.ean.strip()) for v in draft.variants
        ),
        images=tuple(ImageDraft(image_id=image.image_id, alts=_clean_texts(image.alts)) for image in draft.images),
        category_ids=None if draft.category_ids is None else tuple(dict.fromkeys(draft.category_ids)),
    )


def _clean_text(text: TextDraft) -> TextDraft:
    return TextDraft(
        language=text.language,
        title=clean.line(text.title),
        description=clean.block(text.description),
        seo_title=clean.line(text.seo_title),
        seo_description=clean.line(text.seo_description),
    )


def _clean_texts(texts: Texts) -> Texts:
    """Clean words by language; a language without words is left out."""
    plain = {language: clean.line(text) for language, text in texts.items()}
    return {language: plain[language] for language in sorted(plain) if plain[language]}


def check(draft: ProductDraft, languages: Collection[str]) -> list[FieldProblem]:
    """Return all that is wrong with a cleaned draft, as far as it can be told without the database."""
    problems = Problems()
    _check_product(problems, draft)
    _check_texts(problems, draft.texts, languages)
    _check_options(problems, draft.options, languages)
    problems.count("variants", draft.variants, MAX_VARIANTS)
    if not draft.variants:
        problems.add("variants", "required", _("A product needs a variant."))
    for index, variant in enumerate(draft.variants[:MAX_VARIANTS]):
        _check_variant(problems, f"variants.{index}", variant)
        _check_choices(problems, f"variants.{index}.choices", variant, draft.options)
    _check_twice(problems, draft.variants)
    problems.count("images", draft.images, MAX_IMAGES)
    for index, image in enumerate(draft.images[:MAX_IMAGES]):
        problems.texts(f"images.{index}.alts", image.alts, languages, MAX_ALT, required=False)
    for index in _repeated([image.image_id for image in draft.images]):
        problems.add(f"images.{index}", "duplicate", _("This picture is there already."))
    return problems.found


def _check_product(problems: Problems, draft: ProductDraft) -> None:
    problems.text("slug", draft.slug, 200, required=True)
    if draft.slug and not is_slug(draft.slug):
        problems.add("slug", "malformed", _("Small letters a to z, digits and single hyphens only."))
    if draft.state not in Product.State.values:
        problems.add("state", "unknown_state", _("This is not a state of a product."))
    problems.text("brand", draft.brand, 120)
    problems.text("product_type", draft.product_type, 120)
    problems.count("tags", draft.tags, MAX_TAGS)
    for index, tag in enumerate(draft.tags[:MAX_TAGS]):
        problems.text(f"tags.{index}", tag, 80)
    if not draft.vat_class or len(draft.vat_class) > 20 or draft.vat_class.strip("abcdefghijklmnopqrstuvwxyz_"):
        problems.add("vat_class", "malformed", _("A VAT class is up to 20 small letters."))
    problems.text("source", draft.source, 20)
    problems.text("external_id", draft.external_id or "", 255)
    problems.count("category_ids", draft.category_ids or (), MAX_CATEGORIES)


def _check_texts(problems: Problems, texts: Sequence[TextDraft], languages: Collection[str]) -> None:
    if not texts:
        problems.add("texts", "required", _("A product needs a title in one language at least."))
    for text in texts:
        field = f"texts.{text.language[:10]}"
        problems.language(field, text.language, languages)
        problems.text(f"{field}.title", text.title, 255, required=True)
        problems.text(f"{field}.description", text.description, 50_000)
        problems.text(f"{field}.seo_title", text.seo_title, 255)
        problems.text(f"{field}.seo_description", text.seo_description, 1000)
    for index in _repeated([text.language for text in texts]):
        problems.add(f"texts.{texts[index].language[:10]}", "duplicate", _("This language is there already."))


def _check_options(problems: Problems, options: Sequence[OptionDraft], languages: Collection[str]) -> None:
    problems.count("options", options, MAX_OPTIONS)
    for index, option in enumerate(options[:MAX_OPTIONS]):
        field = f"options.{index}"
        problems.texts(f"{field}.names", option.names, languages, 120, required=True)
        if not option.values:
            problems.add(f"{field}.values", "required", _("An option needs a value."))
        problems.count(f"{field}.values", option.values, MAX_VALUES)
        seen: set[tuple[str, str]] = set()
        for place, value in enumerate(option.values[:MAX_VALUES]):
            at = f"{field}.values.{place}"
            problems.texts(f"{at}.labels", value.labels, languages, MAX_LABEL, required=True)
            if value.swatch and not (len(value.swatch) == 7 and _is_colour(value.swatch)):
                problems.add(f"{at}.swatch", "malformed", _("A colour is written like #1f4d3a."))
            words = {(language, label.casefold()) for language, label in value.labels.items()}
            if words & seen:
                problems.add(f"{at}.labels", "duplicate", _("This value is there already."))
            seen |= words


def _is_colour(text: str) -> bool:
    return text[0] == "#" and not text[1:].strip("0123456789abcdef")


def _check_variant(problems: Problems, field: str, variant: VariantDraft) -> None:
    problems.text(f"{field}.sku", variant.sku or "", 100)
    if variant.ean and not is_gtin(variant.ean):
        problems.add(f"{field}.ean", "bad_ean", _("This is not an EAN: its check digit or length is wrong."))
    problems.between(f"{field}.weight_g", variant.weight_g, 0, MAX_WEIGHT_G)
    for place, price in enumerate(variant.prices):
        at = f"{field}.prices.{place}"
        if price.currency not in get_global("all_currencies"):
            problems.add(f"{at}.currency", "unknown_currency", _("This is not a currency."))
        problems.between(f"{at}.amount", price.amount, 0, MAX_AMOUNT)
        if price.compare_at is not None:
            problems.between(f"{at}.compare_at", price.compare_at, 0, MAX_AMOUNT)
            if price.compare_at <= price.amount:
                message = _("The earlier price must be higher than the price.")
                problems.add(f"{at}.compare_at", "compare_at_too_low", message)
    for place in _repeated([price.currency for price in variant.prices]):
        problems.add(f"{field}.prices.{place}.currency", "duplicate", _("This currency is there already."))
    if variant.stock is not None and variant.stock.on_hand is not None:
        least = -MAX_ON_HAND if variant.stock.backorder or not variant.stock.tracked else 0
        problems.between(f"{field}.stock.on_hand", variant.stock.on_hand, least, MAX_ON_HAND)


def _check_choices(problems: Problems, field: str, variant: VariantDraft, options: Sequence[OptionDraft]) -> None:
    fits = len(variant.choices) == len(options) and all(
        0 <= choice < len(option.values) for choice, option in zip(variant.choices, options, strict=True)
    )
    if not fits:
        problems.add(field, "bad_choices", _("A variant needs one of the values of each option."))


def _check_twice(problems: Problems, variants: Sequence[VariantDraft]) -> None:
    """Note identifiers and combinations that occur twice within the draft."""
    for index in _repeated([variant.id for variant in variants]):
        problems.add(f"variants.{index}.id", "duplicate", _("This variant is there already."))
    for index in _repeated([variant.sku for variant in variants]):
        problems.add(f"variants.{index}.sku", "duplicate_sku", _("Another variant has this SKU."))
    for index in _repeated([variant.choices if variant.active else None for variant in variants]):
        message = _("Another variant has these values.") if variants[index].choices else _("Only one is possible.")
        problems.add(f"variants.{index}.choices", "combination_twice", message)


def _repeated(keys: Sequence[object]) -> Iterator[int]:
    """Yield the positions at which a key comes again; None is no key."""
    seen = set()
    for index, key in enumerate(keys):
        if key is not None and key in seen:
            yield index
        seen.add(key)
