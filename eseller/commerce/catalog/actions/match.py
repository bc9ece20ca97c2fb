"""Which stored values and variants a draft means. Pure.

A variant is recognised by its id, else by its SKU, else by the labels of its values. A value is recognised by its
label; a value that was renamed, by the variants that still have it.
"""

from collections.abc import Sequence

import msgspec

from eseller.commerce.catalog.drafts import OptionDraft, ProductDraft, Texts
from eseller.commerce.catalog.stored import StoredOption, StoredProduct, StoredValue, StoredVariant

Slot = tuple[int, int]
"""A value's place in a draft: option, value; both from 0."""


class Match(msgspec.Struct, frozen=True):
    """What was recognised.

    Attributes:
        values: stored values by their place in the draft.
        variants: stored variants by their position in the draft.
        left_out: stored variants that the draft does not have.
        unknown: positions of variants whose id the product does not have.
    """

    values: dict[Slot, StoredValue]
    variants: dict[int, StoredVariant]
    left_out: list[StoredVariant]
    unknown: list[int]


def match(draft: ProductDraft, stored: StoredProduct | None) -> Match:
    """Recognise what is stored in what is wanted."""
    options = stored.options if stored else []
    found = stored.variants if stored else []
    values = {
        (index, place): value
        for index, (wanted, old) in enumerate(zip(draft.options, options, strict=False))
        for place, value in _same_labels(wanted, old).items()
    }
    variants, unknown = _match_variants(draft, found, values)
    _match_renamed(draft, options, variants, values)
    taken = {variant.id for variant in variants.values()}
    return Match(values, variants, [variant for variant in found if variant.id not in taken], unknown)


def _same(one: Texts, other: Texts) -> bool:
    return any(language in other and other[language].casefold() == text.casefold() for language, text in one.items())


def _same_labels(wanted: OptionDraft, old: StoredOption) -> dict[int, StoredValue]:
    left = list(old.values)
    result: dict[int, StoredValue] = {}
    for place, draft in enumerate(wanted.values):
        value = next((value for value in left if _same(draft.labels, value.labels)), None)
        if value is not None:
            left.remove(value)
            result[place] = value
    return result


def _match_variants(
    draft: ProductDraft, found: Sequence[StoredVariant], values: dict[Slot, StoredValue]
) -> tuple[dict[int, StoredVariant], list[int]]:
    by_id = {variant.id: variant for variant in found}
    left = dict(by_id)
    result: dict[int, StoredVariant] = {}
    unknown = []
    for index, variant in enumerate(draft.variants):
        if variant.id is not None:
            if variant.id in left:
                result[index] = left.pop(variant.id)
            elif variant.id not in by_id:
                unknown.append(index)
    by_sku = {variant.sku: variant for variant in left.values() if variant.sku}
    for index, variant in enumerate(draft.variants):
        if variant.id is None and variant.sku in by_sku:
            result[index] = left.pop(by_sku.pop(variant.sku).id)
    # An active variant goes before one that is only kept for old orders.
    by_values = {variant.value_ids: variant for variant in sorted(left.values(), key=lambda v: v.active)}
    for index, variant in enumerate(draft.variants):
        if variant.id is None and index not in result:
            slots = [values.get((option, choice)) for option, choice in enumerate(variant.choices)]
            if None not in slots:
                ids = [value.id for value in slots if value is not None]
                key = (*ids, *(None,) * (3 - len(ids)))
                if key in by_values:
                    result[index] = left.pop(by_values.pop(key).id)
    return result, unknown


def _match_renamed(
    draft: ProductDraft,
    options: Sequence[StoredOption],
    variants: dict[int, StoredVariant],
    values: dict[Slot, StoredValue],
) -> None:
    """Where a recognised variant had a value that is gone and now has one that is new, that value was renamed."""
    taken = {value.id for value in values.values()}
    by_id = {value.id: value for option in options for value in option.values}
    for index, variant in variants.items():
        for option, choice in enumerate(draft.variants[index].choices):
            old = variant.value_ids[option]
            if old is not None and old not in taken and (option, choice) not in values:
                values[(option, choice)] = by_id[old]
                taken.add(old)
