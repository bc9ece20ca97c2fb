"""What the form's buttons do besides saving: rows come and go, and everything typed stays. Works without a script."""

import itertools
from collections.abc import Callable

from eseller.channels.backoffice.product.reading import MOST_OPTIONS, MOST_VALUES
from eseller.channels.backoffice.product.state import MOST_ROWS, OptionState, ProductState, ValueState, VariantState
from eseller.commerce.catalog.rules import slug_from


def take_step(state: ProductState, do: str, *, default_language: str) -> bool:
    """Do what a button such as ``remove-variant.3`` says, in place; returns whether it was such a button."""
    verb, *numbers = do.split(".")
    if verb == "slug":
        state.slug = slug_from(state.texts[default_language].title)
        return True
    places = [int(number) for number in numbers if number.isdecimal() and len(number) < 6]
    step = _STEPS.get((verb, len(places)))
    if step is None or len(places) != len(numbers):
        return verb in ("upload", "look")
    step(state, *places)
    return True


def _add_option(state: ProductState) -> None:
    if len(state.options) < MOST_OPTIONS and not state.sliced:
        state.options.append(OptionState(values=[ValueState()]))
        for variant in state.variants:
            variant.choices.append("0")


def _remove_option(state: ProductState, place: int) -> None:
    if place >= len(state.options) or state.sliced:
        return
    del state.options[place]
    kept: dict[tuple[str, ...], VariantState] = {}
    for variant in state.variants:
        del variant.choices[place : place + 1]
        kept.setdefault(tuple(variant.choices), variant)  # the first of those that are now alike
    state.variants = list(kept.values())


def _add_value(state: ProductState, place: int) -> None:
    if place < len(state.options) and len(state.options[place].values) < MOST_VALUES and not state.sliced:
        state.options[place].values.append(ValueState())


def _remove_value(state: ProductState, place: int, value: int) -> None:
    if place >= len(state.options) or value >= len(state.options[place].values) or state.sliced:
        return
    del state.options[place].values[value]
    state.variants = [variant for variant in state.variants if variant.choices[place] != str(value)]
    for variant in state.variants:
        choice = variant.choices[place]
        if choice.isdecimal() and int(choice) > value:
            variant.choices[place] = str(int(choice) - 1)


def _combine(state: ProductState) -> None:
    """Add a variant for each combination that has none, with prices and weight like the first's."""
    if not state.options or state.sliced:
        return
    there = {tuple(variant.choices) for variant in state.variants}
    like = state.variants[0] if state.variants else VariantState()
    ranges = [range(len(option.values)) for option in state.options]
    for combination in itertools.product(*ranges):
        choices = [str(choice) for choice in combination]
        if tuple(choices) not in there and len(state.variants) < MOST_ROWS:
            state.variants.append(
                VariantState(
                    choices=choices,
                    price=like.price,
                    compare_at=like.compare_at,
                    weight_g=like.weight_g,
                    policy=like.policy,
                    on_hand="0",
                )
            )


def _add_variant(state: ProductState) -> None:
    if len(state.variants) < MOST_ROWS and not state.sliced:
        state.variants.append(VariantState(choices=["" for _ in state.options], on_hand="0"))


def _remove_variant(state: ProductState, place: int) -> None:
    if place < len(state.variants):
        del state.variants[place]


def _remove_image(state: ProductState, place: int) -> None:
    if place < len(state.images):
        del state.images[place]


def _move_image(state: ProductState, place: int, by: int) -> None:
    other = place + by
    if place < len(state.images) and 0 <= other < len(state.images):
        state.images[place], state.images[other] = state.images[other], state.images[place]


_STEPS: dict[tuple[str, int], Callable[..., None]] = {
    ("add-option", 0): _add_option,
    ("remove-option", 1): _remove_option,
    ("add-value", 1): _add_value,
    ("remove-value", 2): _remove_value,
    ("combine", 0): _combine,
    ("add-variant", 0): _add_variant,
    ("remove-variant", 1): _remove_variant,
    ("remove-image", 1): _remove_image,
    ("image-earlier", 1): lambda state, place: _move_image(state, place, -1),
    ("image-later", 1): lambda state, place: _move_image(state, place, 1),
}
