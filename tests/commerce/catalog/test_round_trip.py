"""Whatever a draft is: saved, read and saved again, it is unchanged."""

import secrets
from contextlib import suppress
from typing import Any

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eseller.commerce.catalog.actions.save_product import save_product
from eseller.commerce.catalog.drafts import (
    OptionDraft,
    OptionValueDraft,
    PriceDraft,
    ProductDraft,
    StockDraft,
    TextDraft,
    VariantDraft,
)
from eseller.commerce.catalog.queries import product_draft
from eseller.kernel.money import MAX_AMOUNT
from eseller.tenancy.scope import shop_transaction


class Undo(Exception):
    """Ends an example without a trace, so that the next begins with an empty shop."""


words = st.text(min_size=1, max_size=40).filter(lambda text: any(c.isalnum() for c in text))
amounts = st.integers(0, MAX_AMOUNT - 1)


@st.composite
def prices(draw: st.DrawFn) -> tuple[PriceDraft, ...]:
    currencies = draw(st.lists(st.sampled_from(["DKK", "EUR", "JPY"]), unique=True))
    return tuple(
        PriceDraft(currency=currency, amount=(a := draw(amounts)), compare_at=draw(st.none() | st.just(a + 1)))
        for currency in currencies
    )


@st.composite
def drafts(draw: st.DrawFn) -> ProductDraft:
    counts = draw(st.lists(st.integers(1, 3), max_size=3))
    options = tuple(
        OptionDraft(
            names={"en": f"Option {index}", "da": draw(words)},
            values=tuple(
                OptionValueDraft(labels={"en": f"{place} {draw(words)}"}, swatch=draw(st.sampled_from(["", "#00ff7f"])))
                for place in range(count)
            ),
        )
        for index, count in enumerate(counts)
    )
    combinations = draw(
        st.lists(st.tuples(*(st.integers(0, count - 1) for count in counts)), min_size=1, max_size=6, unique=True)
    )
    tracked = draw(st.booleans())
    skus = draw(st.permutations(["A", "B", "C", None, None, None]))
    return ProductDraft(
        slug=f"p-{secrets.token_hex(6)}",
        state=draw(st.sampled_from(["draft", "published", "archived"])),
        brand=draw(words),
        tags=tuple(draw(st.lists(words, max_size=4))),
        texts=tuple(
            TextDraft(language=language, title=draw(words), description=draw(st.text(max_size=200)))
            for language in draw(st.lists(st.sampled_from(["en", "da", "de"]), min_size=1, unique=True))
        ),
        options=options,
        variants=tuple(
            VariantDraft(
                choices=choices,
                sku=sku,
                weight_g=draw(st.integers(0, 10_000_000)),
                prices=draw(prices()),
                stock=draw(
                    st.none() | st.just(StockDraft(on_hand=draw(st.integers(0, 99)), tracked=tracked, backorder=True))
                ),
            )
            for choices, sku in zip(combinations, skus, strict=False)
        ),
    )


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=drafts(), second=drafts())
def test_a_product_saved_as_it_reads_is_unchanged(shop: Any, first: ProductDraft, second: ProductDraft) -> None:
    with suppress(Undo), shop_transaction(shop.pk, actor="test"):
        product_id = save_product(draft=first, actor="test").product_id
        for change in (None, msgspec.structs.replace(second, slug=first.slug)):
            if change is not None:
                save_product(draft=change, actor="test", product_id=product_id)
            now = product_draft(product_id)
            assert now
            assert save_product(draft=now, actor="test", product_id=product_id).outcome == "unchanged"
            assert product_draft(product_id) == now
        raise Undo
