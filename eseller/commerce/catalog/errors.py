"""What can be wrong with a product or category. Problems name their field, so that a form shows them where they are."""

from collections.abc import Iterable
from typing import Literal

import msgspec

from eseller.kernel.errors import EsellerError

Code = Literal[
    "required",
    "too_long",
    "too_many",
    "too_low",
    "too_high",
    "malformed",
    "duplicate_slug",
    "duplicate_sku",
    "duplicate_external_id",
    "duplicate",
    "bad_ean",
    "combination_twice",
    "bad_choices",
    "unknown_language",
    "unknown_currency",
    "unknown_state",
    "unknown_image",
    "unknown_category",
    "unknown_variant",
    "unknown_product",
    "compare_at_too_low",
    "below_reserved",
    "cycle",
    "too_deep",
]


class FieldProblem(msgspec.Struct, frozen=True):
    """One thing that is wrong with one field.

    Attributes:
        field: path in the draft, such as ``variants.3.sku`` (positions from 0) or ``texts.da.title``.
        code: stable identifier, for machines and for translation.
        message: an English sentence for a person.
    """

    field: str
    code: Code
    message: str


class InvalidDraft(EsellerError):
    """Base of errors that tell which fields are wrong.

    Attributes:
        problems: all that was found, in the order of the draft.
    """

    code = "invalid"
    status = 422

    def __init__(self, problems: Iterable[FieldProblem]) -> None:
        """Keep the problems; the message tells the first."""
        self.problems = tuple(problems)
        first = self.problems[0]
        super().__init__(f"{first.field}: {first.message}", problems=[msgspec.to_builtins(p) for p in self.problems])


class InvalidProduct(InvalidDraft):
    """The product cannot be saved as it is."""

    code = "invalid_product"


class InvalidCategory(InvalidDraft):
    """The category cannot be saved as it is."""

    code = "invalid_category"


class ProductNotFound(EsellerError):
    """There is no such product."""

    code = "product_not_found"
    status = 404


class CategoryNotFound(EsellerError):
    """There is no such category."""

    code = "category_not_found"
    status = 404


class CategoryNotEmpty(EsellerError):
    """The category has categories below it; move or delete these first."""

    code = "category_not_empty"
    status = 409


class ProductChanged(EsellerError):
    """Something that belongs to the product was changed at the same moment. Try again."""

    code = "product_changed"
    status = 409
    retryable = True
