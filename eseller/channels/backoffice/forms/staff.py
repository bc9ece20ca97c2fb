"""Inviting people and changing what they may do."""

from django import forms
from django.utils.translation import gettext_lazy as _

ROLES = [
    ("reader", _("Reader: sees everything, changes nothing")),
    ("clerk", _("Clerk: handles orders")),
    ("manager", _("Manager: also goods, content and settings")),
    ("owner", _("Owner: also staff and payment")),
]


class InviteForm(forms.Form):
    """Whom to invite, as what."""

    email = forms.EmailField(label=_("E-mail"), max_length=200)
    name = forms.CharField(label=_("Name"), max_length=100, required=False)
    role = forms.ChoiceField(label=_("Role"), choices=ROLES, initial="clerk", widget=forms.RadioSelect)


class RoleForm(forms.Form):
    """Another role for somebody."""

    role = forms.ChoiceField(label=_("Role"), choices=ROLES)
