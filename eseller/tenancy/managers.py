"""Querysets that refuse to run without a shop."""

from typing import Any, TypeVar

from django.db import models
from django.db.models import sql

from eseller.tenancy import scope
from eseller.tenancy.errors import Unscoped

M = TypeVar("M", bound=models.Model, covariant=True)


def _check(alias: str | None, model: Any) -> None:
    if (alias or scope.WEB) == scope.WEB and scope.current_scope() is None:
        raise Unscoped(f"{model.__name__} was queried outside a shop_transaction.")


class ShopQuery(sql.Query):
    """A query that checks the scope at the moment it is compiled to run."""

    def get_compiler(self, using: Any = None, connection: Any = None, elide_empty: bool = True) -> Any:
        """Refuse without a shop, else compile as usual."""
        _check(using or (connection.alias if connection is not None else None), self.model)
        return super().get_compiler(using, connection, elide_empty)


class ShopQuerySet(models.QuerySet[M]):
    """Raises Unscoped when it would touch the database outside a shop transaction."""

    def __init__(self, model: Any = None, query: Any = None, using: str | None = None, hints: Any = None) -> None:
        """Use a checking query."""
        super().__init__(model, query or ShopQuery(model), using, hints)

    def update(self, **kwargs: Any) -> int:
        """Update rows of the current shop."""
        _check(self.db, self.model)
        return super().update(**kwargs)

    def delete(self) -> tuple[int, dict[str, int]]:
        """Delete rows of the current shop."""
        _check(self.db, self.model)
        return super().delete()

    def bulk_create(self, *args: Any, **kwargs: Any) -> Any:
        """Insert rows of the current shop."""
        _check(self.db, self.model)
        return super().bulk_create(*args, **kwargs)


ShopManager = models.Manager.from_queryset(ShopQuerySet)
