"""What can go wrong with customers."""

from collections.abc import Mapping

from eseller.kernel.errors import EsellerError


class InvalidFields(EsellerError):
    """Something that was filled in cannot be used."""

    code = "invalid_fields"

    def __init__(self, fields: Mapping[str, str]) -> None:
        """Keep a sentence for each field, in the active language."""
        super().__init__(fields=dict(fields))
        self.fields = dict(fields)


class EmailTaken(InvalidFields):
    """There is an account with this e-mail already."""

    code = "email_taken"
    status = 409


class WrongCredentials(EsellerError):
    """E-mail and password do not belong together."""

    code = "wrong_credentials"
    status = 403


class LinkExpired(EsellerError):
    """This link has been used or is too old. Ask for a new one."""

    code = "link_expired"
    status = 410
