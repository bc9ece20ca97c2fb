"""From a sent form to what was typed. Reads only what the form has: unknown fields and absurd numbers are left out."""

import re

from django.http import QueryDict

from eseller.channels.backoffice.product.state import (
    MOST_ROWS,
    POLICIES,
    ImageState,
    OptionState,
    ProductState,
    TextState,
    ValueState,
    VariantState,
)

MOST_OPTIONS = 3
MOST_VALUES = 250
MOST_IMAGES = 250
LONGEST = 60_000


def read(post: QueryDict, languages: list[str]) -> ProductState:
    """Return the form's contents as typed."""
    options = [_option(post, index, languages) for index in range(_count(post, "options", MOST_OPTIONS))]
    return ProductState(
        slug=_text(post, "slug"),
        state=_text(post, "state"),
        brand=_text(post, "brand"),
        product_type=_text(post, "product_type"),
        tags=_text(post, "tags"),
        vat_class=_text(post, "vat_class"),
        texts={language: _texts(post, f"texts.{language}") for language in languages},
        options=options,
        variants=[_variant(post, index, len(options)) for index in range(_count(post, "variants", MOST_ROWS * 3))],
        images=[_image(post, index, languages) for index in range(_count(post, "images", MOST_IMAGES))],
        category_ids=[value for value in post.getlist("category_ids")[:200] if _is_number(value)],
        version=_text(post, "version")[:64],
        seen=_text(post, "seen") if _is_number(_text(post, "seen")) else "0",
        first=int(_text(post, "first")) if _is_number(_text(post, "first")) else 0,
        sliced=_text(post, "sliced") == "1",
    )


def _text(post: QueryDict, name: str) -> str:
    return str(post.get(name, ""))[:LONGEST].replace("\x00", "").replace("\r\n", "\n")


def _is_number(text: str) -> bool:
    return re.fullmatch("[0-9]{1,15}", text) is not None


def _count(post: QueryDict, what: str, most: int) -> int:
    """Return how many rows of a kind were sent: the form says so, since an unticked row may hold no field at all."""
    text = _text(post, f"{what}.count")
    return min(int(text), most) if _is_number(text) else 0


def _words(post: QueryDict, name: str, languages: list[str]) -> dict[str, str]:
    return {language: _text(post, f"{name}.{language}") for language in languages}


def _texts(post: QueryDict, name: str) -> TextState:
    return TextState(
        title=_text(post, f"{name}.title"),
        description=_text(post, f"{name}.description"),
        seo_title=_text(post, f"{name}.seo_title"),
        seo_description=_text(post, f"{name}.seo_description"),
    )


def _option(post: QueryDict, index: int, languages: list[str]) -> OptionState:
    name = f"options.{index}"
    values = [
        ValueState(
            labels=_words(post, f"{name}.values.{place}.labels", languages),
            swatch=_text(post, f"{name}.values.{place}.swatch"),
        )
        for place in range(_count(post, f"{name}.values", MOST_VALUES))
    ]
    return OptionState(names=_words(post, f"{name}.names", languages), values=values)


def _variant(post: QueryDict, index: int, options: int) -> VariantState:
    name = f"variants.{index}"
    policy = _text(post, f"{name}.policy")
    return VariantState(
        id=_text(post, f"{name}.id"),
        choices=[_text(post, f"{name}.choices.{place}") for place in range(options)],
        sku=_text(post, f"{name}.sku"),
        ean=_text(post, f"{name}.ean"),
        weight_g=_text(post, f"{name}.weight_g"),
        price=_text(post, f"{name}.price"),
        compare_at=_text(post, f"{name}.compare_at"),
        on_hand=_text(post, f"{name}.on_hand"),
        on_hand_was=_text(post, f"{name}.on_hand_was"),
        policy=policy if policy in POLICIES else "track",
        active=_text(post, f"{name}.active") == "1",
        image_id=_text(post, f"{name}.image_id") if f"{name}.image_id" in post else None,
    )


def _image(post: QueryDict, index: int, languages: list[str]) -> ImageState:
    name = f"images.{index}"
    return ImageState(image_id=_text(post, f"{name}.image_id"), alts=_words(post, f"{name}.alts", languages))
