"""From what was typed to a draft, or to what is wrong with it, field by field."""

import hashlib

import msgspec
from django.utils.translation import gettext as _

from eseller.channels.backoffice.amounts import read_amount
from eseller.channels.backoffice.product.state import MOST_ROWS, ImageState, ProductState, VariantState
from eseller.commerce.catalog.drafts import (
    ImageDraft,
    OptionDraft,
    OptionValueDraft,
    PriceDraft,
    ProductDraft,
    StockDraft,
    TextDraft,
    VariantDraft,
)
from eseller.commerce.catalog.rules import slug_from
from eseller.kernel.money import InvalidMoney

Problems = dict[str, str]
LARGEST = 10**12


def version_of(draft: ProductDraft) -> str:
    """Return a short mark of a product's contents. Counts of stock are not among them: they change with each sale."""
    calm = msgspec.structs.replace(
        draft,
        variants=tuple(
            msgspec.structs.replace(v, stock=v.stock and msgspec.structs.replace(v.stock, on_hand=None))
            for v in draft.variants
        ),
    )
    return hashlib.sha256(msgspec.json.encode(calm)).hexdigest()[:24]


def draft_of(
    state: ProductState, *, stored: ProductDraft | None, currency: str, default_language: str
) -> tuple[ProductDraft, Problems]:
    """Return the draft and a sentence for each field that can't be read; what can't be read counts as nought.

    What the form does not show is kept from ``stored``: prices in other currencies, where the product came from and,
    when the form shows a slice, the other variants. A picture that left the gallery is no variant's any more.
    """
    problems: Problems = {}
    before = {variant.id: variant for variant in stored.variants} if stored else {}
    variants = [
        _variant(f"variants.{index}", variant, before, currency, problems)
        for index, variant in enumerate(state.variants)
    ]
    if state.sliced and stored:
        stays = list(stored.variants)
        variants = [*stays[: state.first], *variants, *stays[state.first + MOST_ROWS :]]
    images = _images(state.images, problems)
    gallery = {image.image_id for image in images}
    variants = [
        variant if variant.image_id in gallery else msgspec.structs.replace(variant, image_id=None)
        for variant in variants
    ]
    first = state.texts[default_language]
    return ProductDraft(
        slug=state.slug.strip() or slug_from(first.title),
        state=state.state,
        brand=state.brand,
        product_type=state.product_type,
        tags=tuple(state.tags.replace("\n", ",").split(",")),
        vat_class=state.vat_class,
        source=stored.source if stored else "",
        external_id=stored.external_id if stored else None,
        texts=_texts(state, default_language),
        options=stored.options if state.sliced and stored else _options(state),
        variants=tuple(variants),
        images=images,
        category_ids=tuple(int(category) for category in state.category_ids),
    ), problems


def form_field(path: str, state: ProductState, default_language: str) -> str:
    """Return the form's field for a problem's path in the draft."""
    parts = path.split(".")
    match parts:
        case ["variants", row, *rest]:
            shown = int(row) - (state.first if state.sliced else 0)
            if rest[:1] == ["prices"]:
                rest = ["compare_at" if rest[-1] == "compare_at" else "price"]
            return (
                ".".join(["variants", str(shown), *rest[:1]]) if rest[:1] != ["stock"] else f"variants.{shown}.on_hand"
            )
        case ["options", *_, "names" | "labels"]:
            return f"{path}.{default_language}"
        case ["texts"] | ["texts", _]:
            return f"texts.{parts[1] if len(parts) > 1 else default_language}.title"
        case ["tags" | "category_ids", *_]:
            return parts[0]
    return path


def _texts(state: ProductState, default_language: str) -> tuple[TextDraft, ...]:
    return tuple(
        TextDraft(
            language=language,
            title=text.title,
            description=text.description,
            seo_title=text.seo_title,
            seo_description=text.seo_description,
        )
        for language, text in state.texts.items()
        if language == default_language or not text.is_empty()
    )


def _options(state: ProductState) -> tuple[OptionDraft, ...]:
    return tuple(
        OptionDraft(
            names=option.names,
            values=tuple(OptionValueDraft(labels=value.labels, swatch=value.swatch) for value in option.values),
        )
        for option in state.options
    )


def _images(images: list[ImageState], problems: Problems) -> tuple[ImageDraft, ...]:
    drafts = []
    for index, image in enumerate(images):
        if not image.image_id.isdecimal() or len(image.image_id) > 18:
            problems[f"images.{index}"] = _("There is no such picture.")
        else:
            drafts.append(ImageDraft(image_id=int(image.image_id), alts=image.alts))
    return tuple(drafts)


def _variant(
    name: str,
    typed: VariantState,
    before: dict[int | None, VariantDraft],
    currency: str,
    problems: Problems,
) -> VariantDraft:
    was = before.get(int(typed.id)) if typed.id.isdecimal() and len(typed.id) < 19 else None
    prices = [price for price in was.prices if price.currency != currency] if was else []
    own = _price(name, typed, currency, problems)
    return VariantDraft(
        id=was.id if was else None,
        sku=typed.sku.strip() or None,
        ean=typed.ean,
        weight_g=_number(f"{name}.weight_g", typed.weight_g or "0", problems),
        active=typed.active,
        choices=tuple(_choice(f"{name}.choices", choice, problems) for choice in typed.choices),
        prices=(*prices, *([own] if own else [])),
        stock=_stock(name, typed, was, problems),
        image_id=_image_id(typed, was),
    )


def _image_id(typed: VariantState, was: VariantDraft | None) -> int | None:
    if typed.image_id is None:
        return was.image_id if was else None
    return int(typed.image_id) if typed.image_id.isdecimal() and len(typed.image_id) < 19 else None


def _price(name: str, typed: VariantState, currency: str, problems: Problems) -> PriceDraft | None:
    if not typed.price.strip():
        if typed.compare_at.strip():
            problems[f"{name}.price"] = _("An earlier price needs a price.")
        elif typed.active:
            problems[f"{name}.price"] = _("This is needed.")
        return None
    amount = _amount(f"{name}.price", typed.price, currency, problems)
    compare_at = (
        _amount(f"{name}.compare_at", typed.compare_at, currency, problems) if typed.compare_at.strip() else None
    )
    return PriceDraft(currency=currency, amount=amount, compare_at=compare_at)


def _amount(field: str, text: str, currency: str, problems: Problems) -> int:
    try:
        return read_amount(text, currency)
    except InvalidMoney as error:
        problems[field] = error.message
        return 0


def _stock(name: str, typed: VariantState, was: VariantDraft | None, problems: Problems) -> StockDraft:
    tracked, backorder = typed.policy != "untracked", typed.policy == "backorder"
    on_hand: int | None = None
    now = was.stock.on_hand if was and was.stock else None
    if typed.on_hand.strip() != typed.on_hand_was or was is None:
        on_hand = _number(f"{name}.on_hand", typed.on_hand or "0", problems)
        if now is not None and str(now) != typed.on_hand_was:
            # Sold, returned or counted while the form was open: neither number is right by itself.
            problems[f"{name}.on_hand"] = _("There were %(was)s, now there are %(now)s. Count again.") % {
                "was": typed.on_hand_was or "–",
                "now": now,
            }
            typed.on_hand_was = str(now)
    return StockDraft(on_hand=on_hand, tracked=tracked, backorder=backorder)


def _choice(field: str, text: str, problems: Problems) -> int:
    if text.isdecimal() and len(text) < 6:
        return int(text)
    problems[field] = _("Choose a value of each option.")
    return 0


def _number(field: str, text: str, problems: Problems) -> int:
    plain = text.strip()
    digits = plain.removeprefix("-")
    if not digits.isdecimal() or not digits.isascii() or len(digits) > 12:
        problems[field] = _("Write a whole number.")
        return 0
    return int(plain)
