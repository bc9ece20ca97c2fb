"""Payment methods as a merchant saves them."""

from typing import Any

import msgspec
import pytest

from eseller.commerce.payments.actions.save_method import (
    InvalidPaymentMethod,
    PaymentMethodDraft,
    save_payment_method,
)
from eseller.commerce.payments.models import PaymentMethod
from eseller.tenancy.scope import shop_transaction

DRAFT = PaymentMethodDraft(code="card", provider="testcard", names={"en": "Card"})


def test_saving_twice_is_one_method(shop: Any) -> None:
    with shop_transaction(shop.pk):
        first = save_payment_method(draft=DRAFT, actor="member:1")
        second = save_payment_method(draft=msgspec.structs.replace(DRAFT, active=False), actor="member:1")
        assert first == second
        assert list(PaymentMethod.objects.values_list("code", "active")) == [("card", False)]


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("code", {"code": ""}),
        ("provider", {"provider": "gold"}),
        ("names", {"names": {}}),
        ("instructions", {"instructions": {"en": "x" * 2001}}),
    ],
)
def test_bad_drafts_name_their_field(shop: Any, field: str, values: dict[str, Any]) -> None:
    with shop_transaction(shop.pk), pytest.raises(InvalidPaymentMethod) as caught:
        save_payment_method(draft=msgspec.structs.replace(DRAFT, **values), actor="member:1")
    assert caught.value.detail["field"] == field
