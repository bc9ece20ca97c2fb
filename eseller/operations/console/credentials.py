"""Passwords, the second factor and sessions of operators.

Time-based codes are RFC 6238's, as every authenticator knows them: six digits, half a minute, one step of leeway.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from base64 import urlsafe_b64encode
from datetime import timedelta

import pyotp
from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.core import signing
from django.db import transaction
from django.utils import timezone

from eseller.kernel.errors import EsellerError
from eseller.kernel.ids import hash_token, new_token
from eseller.operations.console.models import Act, Operator, RecoveryCode, Role, Session
from eseller.operations.console.throttle import hit

ISSUER_SALT, SETUP_SALT = "eseller console totp", "eseller console set-up"
SETUP_SECONDS = 24 * 3600
LASTS, IDLE, SEEN_EVERY = timedelta(hours=12), timedelta(hours=2), timedelta(minutes=1)
MOST_BY_NAME, MOST_BY_NAME_FROM_ANYWHERE, MOST_BY_CLIENT = 10, 100, 40
LEAST_PASSWORD, MOST_PASSWORD, RECOVERY_CODES = 12, 1000, 8
STEP_SECONDS = 30


class WrongCredentials(EsellerError):
    """Name, password or code are not right. Nothing tells which, so that nobody can find out by trying."""

    code = "credentials_wrong"
    status = 422


class BadLink(EsellerError):
    """The link is used up, too old or not whole. An administrator makes another by ``eseller operators link NAME``."""

    code = "link_bad"
    status = 404


class WeakPassword(EsellerError):
    """The password is too short."""

    code = "password_weak"
    status = 422


def _box() -> Fernet:
    return Fernet(urlsafe_b64encode(hashlib.sha256(f"{ISSUER_SALT} {settings.SECRET_KEY}".encode()).digest()))


def add(name: str, *, email: str = "", role: Role = Role.OPERATOR, by: str) -> Operator:
    """Make an operator, or let a former one in again; they follow the link of `setup_path`."""
    with transaction.atomic():
        operator, new = Operator.objects.get_or_create(name=name, defaults={"email": email, "role": role})
        if not new:
            operator.role, operator.is_active = role, True
            operator.email = email or operator.email
            operator.save(update_fields=["role", "is_active", "email"])
        log(by, "operator", f"{name} is {role}")
    return operator


@transaction.atomic
def reset(operator: Operator, *, by: str) -> None:
    """Take password, second factor and sessions away; a new link sets them up again."""
    operator.password, operator.totp = "", ""
    operator.save(update_fields=["password", "totp"])
    operator.sessions.all().delete()
    operator.recovery_codes.all().delete()
    log(by, "operator", f"{operator.name} has to set up password and second factor anew")


@transaction.atomic
def bar(operator: Operator, *, by: str) -> None:
    """Let somebody in no more, from this moment on."""
    operator.is_active = False
    operator.save(update_fields=["is_active"])
    operator.sessions.all().delete()
    log(by, "operator", f"{operator.name} is let in no more")


def setup_path(operator: Operator) -> str:
    """Address below the site at which somebody sets themselves up: once, within a day."""
    told = {"operator": operator.pk, "made": _stamp(operator), "totp": pyotp.random_base32()}
    # The secret travels in the link alone until it is proved, and encrypted: there is nothing to clean up.
    sealed = _box().encrypt(signing.dumps(told, salt=SETUP_SALT).encode()).decode()
    return f"console/welcome/{sealed}/"


def _stamp(operator: Operator) -> str:
    """Changes when somebody has set themselves up, so that a link works once."""
    return hash_token(f"{operator.password} {operator.totp} {operator.is_active}")[:16]


def by_link(token: str) -> tuple[Operator, str]:
    """Who a link is for, and the secret of their second factor.

    Raises:
        BadLink: nobody, or no more.
    """
    try:
        told = signing.loads(
            _box().decrypt(token.encode()[:4000]).decode(), salt=SETUP_SALT, max_age=SETUP_SECONDS
        )
    except (InvalidToken, signing.BadSignature, UnicodeError) as error:
        raise BadLink from error
    operator = Operator.objects.filter(pk=told["operator"], is_active=True).first()
    if operator is None or _stamp(operator) != told["made"]:
        raise BadLink
    return operator, told["totp"]


def set_up(token: str, *, password: str, again: str, code: str, client: str = "") -> list[str]:
    """Take password and second factor; returns recovery codes, which are shown this once.

    Raises:
        BadLink, WeakPassword, TooManyAttempts: as they say.
        WrongCredentials: the code is not the authenticator's.
    """
    operator, secret = by_link(token)
    hit(f"set-up {operator.pk}", MOST_BY_NAME)
    if not LEAST_PASSWORD <= len(password) <= MOST_PASSWORD:
        raise WeakPassword(f"Take {LEAST_PASSWORD} characters or more: four words that you remember will do.")
    if password != again:
        raise WeakPassword("The two passwords differ.")
    step = _step_of(secret, code)
    if step is None:
        raise WrongCredentials("The code is not right. See that the clock of your phone is.")
    codes = [f"{secrets.token_hex(3)}-{secrets.token_hex(3)}" for _ in range(RECOVERY_CODES)]
    hashed = make_password(password)
    with transaction.atomic():
        locked = Operator.objects.select_for_update().get(pk=operator.pk)
        if _stamp(locked) != _stamp(operator):
            raise BadLink
        locked.password, locked.totp, locked.totp_step = hashed, _box().encrypt(secret.encode()).decode(), step
        locked.save(update_fields=["password", "totp", "totp_step"])
        locked.sessions.all().delete()
        locked.recovery_codes.all().delete()
        RecoveryCode.objects.bulk_create(RecoveryCode(operator=locked, digest=_digest(one)) for one in codes)
        log(locked.name, "operator", "Password and second factor were set up", client=client)
    return codes


def authenticator_address(operator: Operator, secret: str) -> str:
    """What an authenticator reads from a picture (otpauth://)."""
    return pyotp.TOTP(secret).provisioning_uri(name=operator.name, issuer_name=f"{settings.PAGE_NAME} console")


def sign_in(name: str, *, password: str, code: str, client: str, agent: str = "") -> tuple[str, Session]:
    """Check all of it and begin a session; unknown names take as long as known ones.

    Returns:
        The session's token, which only the browser keeps, and the session.

    Raises:
        WrongCredentials, TooManyAttempts: as they say.
    """
    name = name.strip().lower()[:100]
    hit(f"client {client}", MOST_BY_CLIENT)
    # Of one address soon, of all of them late: a stranger who guesses must not keep somebody out at night.
    hit(f"name {name} of {client}", MOST_BY_NAME)
    hit(f"name {name}", MOST_BY_NAME_FROM_ANYWHERE)
    operator = Operator.objects.filter(name=name, is_active=True).exclude(password="").exclude(totp="").first()
    if operator is None:
        make_password(password[:MOST_PASSWORD])
        raise WrongCredentials
    if len(password) > MOST_PASSWORD or not check_password(password, operator.password):
        log(operator.name, "sign-in", "Somebody gave a wrong password", client=client)
        raise WrongCredentials
    # Who knows the password has few guesses at the code, wherever they come from.
    hit(f"code of {operator.pk}", MOST_BY_NAME)
    token, now = new_token(), timezone.now()
    with transaction.atomic():
        operator = Operator.objects.select_for_update().get(pk=operator.pk)
        fits = _takes_code(operator, code)
        if fits:
            operator.signed_in_at = now
            operator.save(update_fields=["signed_in_at", "totp_step"])
            Session.objects.filter(ends_at__lt=now).delete()
            session = Session.objects.create(
                operator=operator, digest=hash_token(token), client=client[:60], agent=agent[:200], made_at=now,
                seen_at=now, ends_at=now + LASTS,
            )  # fmt: skip
        words = "Signed in" if fits else "Somebody knew the password, not the code"
        log(operator.name, "sign-in", words, client=client)
    if not fits:
        raise WrongCredentials
    return token, session


def confirm(operator: Operator, code: str) -> None:
    """Ask for the second factor once more, before something grave.

    Raises:
        WrongCredentials, TooManyAttempts: as they say.
    """
    hit(f"confirm {operator.pk}", MOST_BY_NAME)
    with transaction.atomic():
        locked = Operator.objects.select_for_update().get(pk=operator.pk)
        if not _takes_code(locked, code):
            raise WrongCredentials("The code is not right, or was used already. Wait for the next one.")
        locked.save(update_fields=["totp_step"])


def session_of(token: str) -> Session | None:
    """The session of a browser that shows this token, with its operator; None: there is none, or it is over."""
    if not token or len(token) > 100:
        return None
    session = Session.objects.select_related("operator").filter(digest=hash_token(token)).first()
    now = timezone.now()
    if session is None or not session.operator.is_active or session.ends_at < now or now - session.seen_at > IDLE:
        return None
    if now - session.seen_at > SEEN_EVERY:
        session.seen_at = now
        session.save(update_fields=["seen_at"])
    return session


def sign_out(session: Session) -> None:
    """End a session."""
    log(session.operator.name, "sign-in", "Signed out", client=session.client)
    session.delete()


def log(by: str, kind: str, text: str, *, client: str = "") -> None:
    """Write down what somebody did."""
    Act.objects.create(by=by[:100], kind=kind[:30], text=" ".join(text.split())[:500], client=client[:60])


def _takes_code(operator: Operator, code: str) -> bool:
    """Whether a code, or a recovery code, is the operator's and was not used; it is used then."""
    code = code.strip().replace(" ", "").lower()[:40]
    if "-" in code:
        return bool(operator.recovery_codes.filter(digest=_digest(code)).delete()[0])
    try:
        secret = _box().decrypt(operator.totp.encode()).decode()
    except InvalidToken:
        return False
    step = _step_of(secret, code)
    if step is None or step <= operator.totp_step:
        return False
    operator.totp_step = step
    return True


def _step_of(secret: str, code: str) -> int | None:
    """The half minute whose code this is, now or one before or after; None: it is none."""
    totp, now = pyotp.TOTP(secret), int(time.time()) // STEP_SECONDS
    code = code.strip().replace(" ", "")
    fitting = [step for step in (now - 1, now, now + 1) if secrets.compare_digest(
        totp.generate_otp(step).encode(), code.encode())]  # fmt: skip
    return max(fitting, default=None)


def _digest(code: str) -> str:
    return hash_token(f"{settings.SECRET_KEY} {code}")

