"""Make a product's options and their values like a draft."""

from eseller.commerce.catalog.actions.match import Match, Slot
from eseller.commerce.catalog.actions.rows import Sync, compare
from eseller.commerce.catalog.actions.tables import OPTION, VALUE
from eseller.commerce.catalog.drafts import ProductDraft
from eseller.commerce.catalog.stored import StoredProduct
from eseller.tenancy.sql import execute

_ASIDE = 10_000
"""Added to positions of values that are in the way; positions are unique and far below."""


class OptionSync:
    """Options and values to be written before, and removed after, the variants that choose among them."""

    def __init__(self, product_id: int, draft: ProductDraft, stored: StoredProduct | None, match: Match) -> None:
        """Write options and values, and keep what is to be removed."""
        self.options = compare(
            OPTION,
            {
                index: {"product_id": product_id, "position": index + 1, "names": option.names}
                for index, option in enumerate(draft.options)
            },
            dict(enumerate(stored.options if stored else [])),
        )
        self.options.write()
        self.values = self._compare_values(draft, stored, match)
        self._make_way(stored)
        self.values.write()

    def __bool__(self) -> bool:
        """Tell whether anything was or will be changed."""
        return bool(self.options or self.values)

    @property
    def value_ids(self) -> dict[Slot, int]:
        """Ids of the values by their place in the draft."""
        return self.values.ids

    def remove(self) -> None:
        """Delete values and options that the draft does not have; no variant may refer to them any more."""
        self.values.remove()
        self.options.remove()

    def _compare_values(self, draft: ProductDraft, stored: StoredProduct | None, match: Match) -> Sync:
        known: dict[object, object] = dict(match.values)
        kept = {value.id for value in match.values.values()}
        for option in stored.options if stored else []:
            known.update({value.id: value for value in option.values if value.id not in kept})
        return compare(
            VALUE,
            {
                (index, place): {
                    "option_id": self.options.ids[index],
                    "position": place + 1,
                    "labels": value.labels,
                    "swatch": value.swatch,
                }
                for index, option in enumerate(draft.options)
                for place, value in enumerate(option.values)
            },
            known,
        )

    def _make_way(self, stored: StoredProduct | None) -> None:
        if stored is None:
            return
        before = {value.id: value.position for option in stored.options for value in option.values}
        moved = [row["id"] for row in self.values.updates if row["position"] != before[row["id"]]]
        gone = self.values.deletes if self.values.inserts or moved else []
        if moved or gone:
            execute(
                "UPDATE catalog_optionvalue SET position = position + %s WHERE id = ANY(%s)", [_ASIDE, [*moved, *gone]]
            )
