"""Signing in and choosing a password."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext_lazy as _

from eseller.tenancy.models import User

MOST_PASSWORD = 200


def _password(label: Any, autocomplete: str) -> forms.CharField:
    widget = forms.PasswordInput(attrs={"autocomplete": autocomplete})
    return forms.CharField(label=label, strip=False, max_length=MOST_PASSWORD, widget=widget)


def _email(*, autofocus: bool = False) -> forms.EmailField:
    widget = forms.EmailInput(attrs={"autocomplete": "username", "autofocus": autofocus})
    return forms.EmailField(label=_("E-mail"), max_length=200, widget=widget)


class SignInForm(forms.Form):
    """E-mail and password."""

    email = _email(autofocus=True)
    password = _password(_("Password"), "current-password")


class ForgotForm(forms.Form):
    """Where to send the link."""

    email = _email()


class NewPasswordForm(forms.Form):
    """A password, typed twice; somebody invited says their name too."""

    name = forms.CharField(label=_("Your name"), max_length=100, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    password = _password(_("New password"), "new-password")
    again = _password(_("The same password again"), "new-password")

    def __init__(self, *args: Any, user: User, ask_name: bool, **kwargs: Any) -> None:
        """Take the person, for whom the password must be hard to guess."""
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["password"].help_text = _("At least ten characters.")
        if not ask_name:
            del self.fields["name"]

    def clean(self) -> dict[str, Any]:
        """Compare the two and weigh their strength."""
        values = super().clean() or {}
        password = values.get("password")
        if password and values.get("again") and password != values["again"]:
            self.add_error("again", _("The two passwords are not the same."))
        if password:
            try:
                validate_password(password, self.user)
            except forms.ValidationError as error:
                self.add_error("password", error)
        return values
