"""Write the words that stand in all shops' mails. They belong to the platform, hence its role."""

import re

from eseller.kernel.errors import EsellerError
from eseller.resilience.records.fields import LANGUAGE, LINE
from eseller.services.models import MailText
from eseller.services.texts import PLACEHOLDERS, is_body, is_text
from eseller.tenancy.scope import PLATFORM, platform_transaction

LONGEST = 500


class InvalidMailText(EsellerError):
    """The text is not valid."""

    code = "invalid_mail_text"


def set_mail_text(*, name: str, language: str, body: str, actor: str) -> None:
    """Let mails in a language have a text; an empty one takes it away.

    Args:
        name: such as ``footer``.
        language: such as ``da``.
        body: one line, with names in braces such as ``{shop}``.
        actor: who does it.

    Raises:
        InvalidMailText: when a part cannot be that.
    """
    if not is_text(name):
        raise InvalidMailText(f"There is no such text; there are: {', '.join(PLACEHOLDERS)}.", field="name")
    if not re.fullmatch(LANGUAGE, language):
        raise InvalidMailText("A language is two small letters, such as da.", field="language")
    if len(body) > LONGEST or not re.fullmatch(LINE, body):
        raise InvalidMailText(f"A text is one line of at most {LONGEST} characters.", field="body")
    if not is_body(name, body):
        known = ", ".join(f"{{{one}}}" for one in sorted(PLACEHOLDERS[name]))
        raise InvalidMailText(f"In braces may stand: {known}. A brace itself is written twice.", field="body")
    with platform_transaction(actor=actor):
        if body:
            MailText.objects.using(PLATFORM).update_or_create(name=name, language=language, defaults={"body": body})
        else:
            MailText.objects.using(PLATFORM).filter(name=name, language=language).delete()
