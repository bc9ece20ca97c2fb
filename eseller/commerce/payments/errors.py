"""What can go wrong with payments."""

from eseller.kernel.errors import EsellerError


class NotSupported(EsellerError):
    """This way of paying cannot do that."""

    code = "not_supported"
    status = 409


class Refused(EsellerError):
    """The payment provider refused."""

    code = "provider_refused"
    status = 409


class ProviderSilent(EsellerError):
    """The payment provider does not answer. It is asked again."""

    code = "provider_silent"
    status = 503
    retryable = True


class Forged(EsellerError):
    """This message does not come from the payment provider, or is too old."""

    code = "forged"
    status = 401


class BadEvent(EsellerError):
    """The provider's message does not fit the payment."""

    code = "bad_event"
