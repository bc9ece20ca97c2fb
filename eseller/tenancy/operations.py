"""Migration operations that raise the walls between shops in the database itself."""

import logging
from typing import Any

from django.db import IntegrityError, models
from django.db.migrations.operations.base import Operation

from eseller.tenancy.fields import ShopForeignKey

log = logging.getLogger(__name__)

CURRENT_SHOP = "nullif(current_setting('eseller.shop_id', true), '')::bigint"
"""The transaction's shop in SQL; NULL, hence no rows, where none is set."""

_ON_DELETE: dict[Any, str] = {models.CASCADE: "CASCADE", models.PROTECT: "NO ACTION", models.RESTRICT: "NO ACTION"}


def _quote(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _wall(table: str, column: str) -> list[str]:
    """Statements that force row-level security on a table: the web role sees one shop, the platform role all."""
    mine = f"{column} = {CURRENT_SHOP}"
    return [
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
        f"CREATE POLICY shop ON {table} TO eseller_web USING ({mine}) WITH CHECK ({mine})",
        f"CREATE POLICY platform ON {table} TO eseller_platform USING (true) WITH CHECK (true)",
    ]


def _no_wall(table: str) -> list[str]:
    return [
        f"DROP POLICY shop ON {table}",
        f"DROP POLICY platform ON {table}",
        f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY",
    ]


class ProtectTable(Operation):
    """Wall a shop-owned table: forced row-level security, composite references, grants, history.

    Args:
        model: name of a model of this application, derived from ShopModel.
        history: names of columns that history leaves out (personal data, derived data), or None for no history.
        web: what the web role may do.
    """

    reversible = True

    def __init__(
        self, model: str, history: list[str] | None = None, web: str = "SELECT, INSERT, UPDATE, DELETE"
    ) -> None:
        """Keep what to do."""
        self.model, self.history, self.web = model, history, web

    def deconstruct(self) -> Any:
        """Return what the migration writer needs."""
        return type(self).__name__, [self.model], {"history": self.history, "web": self.web}

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Change nothing in Django's picture of the tables."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Raise the wall."""
        model = to_state.apps.get_model(app_label, self.model)
        # The tables that deferred SQL would constrain must exist before ours refer to them.
        for statement in self.statements(model):
            schema_editor.execute(statement, params=None)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Take the wall down."""
        model = from_state.apps.get_model(app_label, self.model)
        table = _quote(model._meta.db_table)
        drops = [f"DROP TRIGGER IF EXISTS history ON {table}"]
        drops += [f"ALTER TABLE {table} DROP CONSTRAINT {_quote(n)}" for n, _ in _references(model)]
        drops += [f"REVOKE ALL ON {table} FROM eseller_web, eseller_platform"]
        drops += [f"ALTER TABLE {table} DROP CONSTRAINT {_quote(model._meta.db_table + '_in_shop')} CASCADE"]
        for statement in [*drops, *_no_wall(table)]:
            schema_editor.execute(statement, params=None)

    def statements(self, model: Any) -> list[str]:
        """Return the SQL for one model."""
        name = model._meta.db_table
        table = _quote(name)
        result = [f"ALTER TABLE {table} ADD CONSTRAINT {_quote(name + '_in_shop')} UNIQUE (shop_id, id)"]
        result += _wall(table, "shop_id")
        result += [
            f"GRANT {self.web} ON {table} TO eseller_web",
            f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO eseller_platform",
        ]
        result += [f"ALTER TABLE {table} ADD CONSTRAINT {_quote(n)} {sql}" for n, sql in _references(model)]
        if self.history is not None:
            result += history_trigger(name, self.history)
        return result

    def describe(self) -> str:
        """Say what it does."""
        return f"Wall the table of {self.model}"


class ProtectShops(Operation):
    """Wall the table of shops itself: a session sees its own shop's row only."""

    reversible = True

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Change nothing in Django's picture of the tables."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Raise the wall."""
        table = _quote(to_state.apps.get_model(app_label, "Shop")._meta.db_table)
        grants = [
            f"GRANT SELECT, UPDATE ON {table} TO eseller_web",
            f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO eseller_platform",
        ]
        for statement in [*_wall(table, "id"), *grants, *history_trigger("tenancy_shop", [])]:
            schema_editor.execute(statement, params=None)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Take the wall down."""
        table = _quote(from_state.apps.get_model(app_label, "Shop")._meta.db_table)
        drops = [
            f"DROP TRIGGER history ON {table}",
            f"REVOKE ALL ON {table} FROM eseller_web, eseller_platform",
        ]
        for statement in [*drops, *_no_wall(table)]:
            schema_editor.execute(statement, params=None)

    def describe(self) -> str:
        """Say what it does."""
        return "Wall the table of shops"


class WatchTable(Operation):
    """Note which rows of a table every statement touches, so that all processes hear of it; see ``tenancy.changes``.

    Args:
        model: name of a model of this application.
        inserts: whether new rows count. Where orders come in all day nobody waits for them.
    """

    reversible = True

    def __init__(self, model: str, *, inserts: bool = True) -> None:
        """Keep what to do."""
        self.model, self.inserts = model, inserts

    def deconstruct(self) -> Any:
        """Return what the migration writer needs."""
        return type(self).__name__, [self.model], {"inserts": self.inserts}

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Change nothing in Django's picture of the tables."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Make the triggers; they fire for replication roles too."""
        model = to_state.apps.get_model(app_label, self.model)
        table = _quote(model._meta.db_table)
        for event, rows in self._events():
            trigger = _quote(f"changed_by_{event.lower()}")
            statement = (
                f"CREATE TRIGGER {trigger} AFTER {event} ON {table} REFERENCING {rows} TABLE AS changed "
                f"FOR EACH STATEMENT EXECUTE FUNCTION {_change_function(model)}()"
            )
            schema_editor.execute(statement, params=None)
            schema_editor.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {trigger}", params=None)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Take the triggers away."""
        table = _quote(from_state.apps.get_model(app_label, self.model)._meta.db_table)
        for event, _rows in self._events():
            schema_editor.execute(f"DROP TRIGGER changed_by_{event.lower()} ON {table}", params=None)

    def _events(self) -> list[tuple[str, str]]:
        return [*([("INSERT", "NEW")] if self.inserts else []), ("UPDATE", "NEW"), ("DELETE", "OLD")]

    def describe(self) -> str:
        """Say what it does."""
        return f"Watch the table of {self.model}"


class CheckTable(Operation):
    """Let a table refuse rows that the guard would have to hide. For migrations with ``atomic = False``.

    Each check holds for what is written from then on; then the rows that are there are looked at, while others read and
    write. One that breaks a check stops no upgrade: the check stays, and the guard has a finding of the row.

    Args:
        model: name of a model of this application.
        checks: conditions by name; see ``tenancy.conditions``.
    """

    reversible = True

    def __init__(self, model: str, **checks: str) -> None:
        """Keep what to do."""
        self.model, self.checks = model, checks

    def deconstruct(self) -> Any:
        """Return what the migration writer needs."""
        return type(self).__name__, [self.model], self.checks

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Change nothing in Django's picture of the tables."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Add the checks; again where an earlier attempt was broken off."""
        table = to_state.apps.get_model(app_label, self.model)._meta.db_table
        for name, condition in self.checks.items():
            constraint = _quote(f"{table}_{name}")
            schema_editor.execute(f"ALTER TABLE {_quote(table)} DROP CONSTRAINT IF EXISTS {constraint}", params=None)
            schema_editor.execute(
                f"ALTER TABLE {_quote(table)} ADD CONSTRAINT {constraint} CHECK ({condition}) NOT VALID", params=None
            )
            try:
                schema_editor.execute(f"ALTER TABLE {_quote(table)} VALIDATE CONSTRAINT {constraint}", params=None)
            except IntegrityError as error:
                log.warning(
                    "%s. It holds for new rows. Mend the old ones (eseller records scan, then list), and then: "
                    "ALTER TABLE %s VALIDATE CONSTRAINT %s",
                    *(str(error).strip(), table, constraint),
                )

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Take the checks away."""
        table = from_state.apps.get_model(app_label, self.model)._meta.db_table
        for name in self.checks:
            constraint = _quote(f"{table}_{name}")
            schema_editor.execute(f"ALTER TABLE {_quote(table)} DROP CONSTRAINT IF EXISTS {constraint}", params=None)

    def describe(self) -> str:
        """Say what it does."""
        return f"Check the rows of {self.model}"


def _change_function(model: Any) -> str:
    if model._meta.db_table == "tenancy_shop":
        return "eseller_change_of_shops"
    names = {field.name for field in model._meta.local_fields}
    return "eseller_change_of_shop" if "shop" in names else "eseller_change_of_platform"


def history_trigger(table: str, left_out: list[str]) -> list[str]:
    """Return the SQL that keeps history of a table, whoever changes it, replication roles included."""
    arguments = ", ".join("'" + column.replace("'", "''") + "'" for column in left_out)
    quoted = _quote(table)
    return [
        f"CREATE TRIGGER history AFTER INSERT OR UPDATE OR DELETE ON {quoted} "
        f"FOR EACH ROW EXECUTE FUNCTION eseller_history({arguments})",
        f"ALTER TABLE {quoted} ENABLE ALWAYS TRIGGER history",
    ]


def _references(model: Any) -> list[tuple[str, str]]:
    """Return name and definition of each composite foreign key of a model."""
    result = []
    for field in model._meta.local_fields:
        if not isinstance(field, ShopForeignKey):
            continue
        column = _quote(field.column)
        target = field.remote_field.model._meta.db_table
        action = _ON_DELETE.get(field.remote_field.on_delete, f"SET NULL ({column})")
        definition = (
            f"FOREIGN KEY (shop_id, {column}) REFERENCES {_quote(target)} (shop_id, id) ON DELETE {action}"
        )
        result.append((f"{model._meta.db_table}_{field.column}_in_shop"[:63], definition))
    return result
