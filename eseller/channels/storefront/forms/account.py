"""The forms of a customer's account."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from eseller.channels.storefront.forms import fields
from eseller.channels.storefront.site import LANGUAGE_NAMES
from eseller.tenancy.hosts import ShopInfo

SHORTEST_PASSWORD = 10


class SignInForm(forms.Form):
    """E-mail and password."""

    email = fields.email(autocomplete="username")
    password = fields.password(_("Password"), autocomplete="current-password")


class RegisterForm(forms.Form):
    """What an account needs, and nothing more."""

    name = fields.text(_("Full name"), 100, autocomplete="name")
    email = fields.email(autocomplete="username")
    password = fields.password(_("Password"), autocomplete="new-password")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Tell what a password must be before one is typed."""
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = _("At least 10 characters.")


class ForgotForm(forms.Form):
    """Whom to mail a link to."""

    email = fields.email(autocomplete="username")


class NewPasswordForm(forms.Form):
    """The password from now on."""

    password = fields.password(_("New password"), autocomplete="new-password")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Tell what a password must be before one is typed."""
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = _("At least 10 characters.")


class ChangePasswordForm(forms.Form):
    """The password until now, and from now on."""

    old = fields.password(_("Present password"), autocomplete="current-password")
    new = fields.password(_("New password"), autocomplete="new-password")


class ProfileForm(forms.Form):
    """Name, and the language of mails."""

    name = fields.text(_("Full name"), 100, autocomplete="name")
    language = forms.ChoiceField(label=_("Language of our mails"))

    def __init__(self, shop: ShopInfo, *args: Any, **kwargs: Any) -> None:
        """Offer the shop's languages."""
        super().__init__(*args, **kwargs)
        names = [(language, LANGUAGE_NAMES.get(language[:2], language)) for language in shop.languages]
        self.fields["language"].choices = names  # type: ignore[attr-defined]


class AddressForm(forms.Form):
    """An address of the customer's book."""

    is_default = forms.BooleanField(label=_("Use this address first"), required=False)

    def __init__(self, shop: ShopInfo, *args: Any, **kwargs: Any) -> None:
        """Offer the shop's countries."""
        super().__init__(*args, **kwargs)
        self.fields.update(fields.address_fields(""))
        self.fields["country"].choices = fields.countries(shop)  # type: ignore[attr-defined]


class EraseForm(forms.Form):
    """The password, as proof that it is meant."""

    password = fields.password(_("Your password"), autocomplete="current-password")
