"""What rows of the outbox must be."""

from datetime import datetime
from typing import Annotated, Any, Literal

from msgspec import Meta

from eseller.resilience.records.fields import BLOCK, LINE, WORDS, Email, Id, Language
from eseller.resilience.records.kind import Fate, Kind, Row, Rule, register
from eseller.services.texts import is_body, is_text


class OutboxMessageRow(Row):
    """A mail to be sent once."""

    id: Id
    shop_id: Id
    kind: Annotated[str, Meta(max_length=40, pattern="^[a-z_]+$", description="the name of a mail in small letters")]
    key: Annotated[str, Meta(max_length=120, pattern=WORDS, description="1 to 120 characters in a line")]
    recipient: Email
    language: Language
    payload: dict[str, Any]
    state: Literal["pending", "sent", "failed"]
    claimed_until: datetime | None
    attempts: Annotated[int, Meta(ge=0, le=32767, description="how often it was tried")]
    last_error: Annotated[str, Meta(max_length=300, pattern=BLOCK, description="a text of at most 300 characters")]
    created_at: datetime
    sent_at: datetime | None


class MailTextRow(Row):
    """Words that stand in mails of all shops."""

    id: Id
    name: Annotated[str, Meta(pattern="^[a-z_]{1,40}$", description="the name of a text in small letters")]
    language: Language
    body: Annotated[str, Meta(min_length=1, max_length=500, pattern=LINE, description="1 to 500 characters in a line")]

    rules = (
        Rule("name", "a text that there is", lambda row: is_text(row.name)),
        Rule("body", "words with no other names in braces than are known", lambda row: is_body(row.name, row.body)),
    )


register(
    Kind(table="services_mailtext", row=MailTextRow, label="mail text", shop=None, pages=("mails of all shops",)),
    Kind(
        table="services_outboxmessage",
        row=OutboxMessageRow,
        label="mail",
        fate=Fate.LEFT_OUT,
        secret=frozenset({"recipient", "payload", "last_error"}),
        pages=("mails",),
    ),
)
