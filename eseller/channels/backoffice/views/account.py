"""Signing in and out, passwords and language."""

from django.conf import settings
from django.contrib.auth import authenticate, login, logout
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from eseller.channels.backoffice import demo_people
from eseller.channels.backoffice.forms.account import ForgotForm, NewPasswordForm, SignInForm
from eseller.channels.backoffice.guard import public
from eseller.channels.backoffice.links import Purpose, user_of_link
from eseller.channels.backoffice.mails import put_password_reset
from eseller.channels.clients import address_of
from eseller.tenancy import throttle
from eseller.tenancy.actions.set_language import set_language as keep_language
from eseller.tenancy.actions.set_password import set_password
from eseller.tenancy.models import User
from eseller.tenancy.queries import member_shops
from eseller.tenancy.scope import shop_transaction

WINDOW = 15 * 60
PER_EMAIL = 10
PER_ADDRESS = 60


@public
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("password")
def sign_in(request: HttpRequest) -> HttpResponse:
    """Sign in; with a wrong e-mail it takes as long as with a wrong password, and says the same."""
    target = _own_path(request.POST.get("next") or request.GET.get("next") or "/")
    if request.user.is_authenticated:
        return HttpResponseRedirect(target)
    form = SignInForm(request.POST or None)
    status = 200
    if form.is_valid():
        email = form.cleaned_data["email"].lower()
        try:
            _count("sign-in", email, request)
        except throttle.TooManyAttempts as error:
            minutes = -(-error.seconds // 60)
            form.add_error(None, _("Too many attempts. Try again in %(minutes)s minutes.") % {"minutes": minutes})
            status = 429
        else:
            user = authenticate(request, username=email, password=form.cleaned_data["password"])
            if isinstance(user, User):
                login(request, user)
                return HttpResponseRedirect(target)
            form.add_error(None, _("E-mail or password is not right."))
    values = {"form": form, "next": target, "demo": demo_people if settings.DEMO else None}
    return render(request, "office/sign_in.html", values, status=422 if form.errors and status == 200 else status)


@public
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Sign out."""
    logout(request)
    return HttpResponseRedirect(reverse("sign-in"))


@public
@require_http_methods(["GET", "HEAD", "POST"])
def forgot(request: HttpRequest) -> HttpResponse:
    """Send a link to set a password. The answer is the same whether or not there is such a person."""
    form = ForgotForm(request.POST or None)
    if not form.is_valid():
        return render(request, "office/forgot.html", {"form": form, "sent": False}, status=422 if form.errors else 200)
    email = form.cleaned_data["email"].lower()
    _count("forgot", email, request)
    user = User.objects.filter(email=email, is_active=True).first()
    shops = member_shops(user.pk) if user is not None else []
    if user is not None and shops:
        # A mail belongs to a shop; any of the person's does.
        with shop_transaction(shops[0].shop_id, actor=f"member:{user.pk}", label="forgot"):
            put_password_reset(user)
    return render(request, "office/forgot.html", {"form": form, "sent": True})


@public
@require_http_methods(["GET", "HEAD", "POST"])
def reset(request: HttpRequest, token: str) -> HttpResponse:
    """Set a new password by a link."""
    return _new_password(request, token, Purpose.RESET)


@public
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Set the first password by a link."""
    return _new_password(request, token, Purpose.INVITATION)


@public
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Change the language of the person, and of this browser before anybody signs in."""
    chosen = request.POST.get("language", "")
    if chosen not in dict(settings.LANGUAGES):
        raise Http404
    if isinstance(request.user, User):
        keep_language(user_id=request.user.pk, language=chosen)
    response = HttpResponseRedirect(_own_path(request.POST.get("next", "/")))
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        chosen,
        max_age=365 * 24 * 3600,
        httponly=True,
        samesite="Lax",
        secure=settings.SECURE,
    )
    return response


@sensitive_post_parameters()
def _new_password(request: HttpRequest, token: str, purpose: Purpose) -> HttpResponse:
    user = user_of_link(token, purpose)
    if user is None:
        return render(request, "office/link_spent.html", {"purpose": purpose}, status=410)
    invited = purpose is Purpose.INVITATION
    form = NewPasswordForm(request.POST or None, user=user, ask_name=invited, initial={"name": user.name})
    if request.method == "POST" and form.is_valid():
        fresh = set_password(
            user_id=user.pk, password=form.cleaned_data["password"], name=form.cleaned_data.get("name")
        )
        login(request, fresh, backend="django.contrib.auth.backends.ModelBackend")
        return HttpResponseRedirect("/")
    values = {"form": form, "invited": invited, "email": user.email}
    return render(request, "office/new_password.html", values, status=422 if form.errors else 200)


def _count(what: str, email: str, request: HttpRequest) -> None:
    throttle.hit((f"office-{what}-email", email), limit=PER_EMAIL, window=WINDOW)
    throttle.hit((f"office-{what}-address", address_of(request)), limit=PER_ADDRESS, window=WINDOW)


def _own_path(target: str) -> str:
    """Return a path of ours; anything that leads elsewhere becomes the front."""
    safe = target.startswith("/") and url_has_allowed_host_and_scheme(target, allowed_hosts=None)
    return target if safe else "/"
