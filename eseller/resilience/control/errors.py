"""Why a control call is not taken, or does not come through."""

from eseller.kernel.errors import EsellerError


class Refused(EsellerError):
    """The call is not signed as it must be. Use a key of ESELLER_CONTROL_KEYS."""

    code = "bad_signature"
    status = 401


class UnknownKey(Refused):
    """There is no key of that name here. Use one of ESELLER_CONTROL_KEYS."""

    code = "unknown_key"


class Expired(Refused):
    """The call was signed too long ago, or in the future. Set both clocks right and sign it anew."""

    code = "expired"
    retryable = True


class Replayed(Refused):
    """The same call was made before. Sign it anew."""

    code = "replayed"
    retryable = True


class TooMany(EsellerError):
    """Too many control calls at the same time. Try again in a moment."""

    code = "too_many"
    status = 503
    retryable = True


class NotDone(EsellerError):
    """The process did not do what was asked."""

    code = "not_done"
    status = 502


class Unreachable(EsellerError):
    """Nothing answers there as a process of ours. Is it the private port of one that runs?"""

    code = "unreachable"
    status = 502
    retryable = True
