"""References between shop-owned tables."""

from typing import TYPE_CHECKING, Any

from django.db import models

from eseller.tenancy import scope

if TYPE_CHECKING:
    Base = models.ForeignKey[Any, Any]
else:
    Base = models.ForeignKey


class ShopForeignKey(Base):
    """A foreign key whose constraint in SQL is composite, ``(shop_id, x_id)``: it cannot point at another shop's row.

    Django cannot write such a constraint; the migration operation ``ProtectTable`` does.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Take what a foreign key takes; the plain constraint is always left out."""
        kwargs["db_constraint"] = False
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        """Leave out the argument that the constructor sets itself."""
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("db_constraint", None)
        return name, path, args, kwargs


def scoped_shop_id() -> int | None:
    """Return the current shop: the default of every row's ``shop``."""
    return scope.current_scope()
