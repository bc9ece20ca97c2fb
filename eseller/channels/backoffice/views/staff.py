"""The people of a shop."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect

from eseller.channels.backoffice.forms.staff import InviteForm, RoleForm
from eseller.channels.backoffice.guard import Office, of_shop
from eseller.channels.backoffice.mails import put_invitation
from eseller.channels.backoffice.page import role_name, show
from eseller.channels.backoffice.permissions import Permission
from eseller.tenancy import queries
from eseller.tenancy.actions.change_role import change_role
from eseller.tenancy.actions.errors import ShopChangeRefused
from eseller.tenancy.actions.invite_member import Invited, invite_member
from eseller.tenancy.actions.remove_member import remove_member
from eseller.tenancy.queries import Member


@of_shop(see=Permission.STAFF, change=Permission.STAFF)
def staff(request: HttpRequest, office: Office) -> HttpResponse:
    """List the people; POST invites one."""
    form = InviteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            with office.scope("invite"):
                invited = invite_member(
                    shop_id=office.shop.id,
                    email=form.cleaned_data["email"],
                    name=form.cleaned_data["name"],
                    role=form.cleaned_data["role"],
                    language=office.language,
                    actor=office.actor,
                )
                put_invitation(invited)
        except ShopChangeRefused as error:
            form.add_error(error.field or None, error.message)
        else:
            return HttpResponseRedirect(office.url("staff") + "?done=invited")
    with office.scope("staff"):
        people = queries.members()
    listed = [(member, role_name(member.role)) for member in people]
    status = 422 if form.errors else 200
    return show(request, office, "staff.html", section="staff", status=status, form=form, members=listed)


@of_shop(see=Permission.STAFF, change=Permission.STAFF)
def member(request: HttpRequest, office: Office, user_id: int) -> HttpResponse:
    """Show one person; POST changes the role."""
    person = _find(office, user_id)
    form = RoleForm(request.POST or None, initial={"role": person.role})
    if request.method == "POST" and form.is_valid():
        try:
            change_role(shop_id=office.shop.id, user_id=user_id, role=form.cleaned_data["role"], actor=office.actor)
        except ShopChangeRefused as error:
            form.add_error(error.field or None, error.message)
        else:
            return HttpResponseRedirect(office.url("staff") + "?done=saved")
    status = 422 if form.errors else 200
    return show(request, office, "member.html", section="staff", status=status, form=form, member=person)


@of_shop(see=Permission.STAFF, change=Permission.STAFF)
def member_remove(request: HttpRequest, office: Office, user_id: int) -> HttpResponse:
    """Ask, then take a person out of the shop."""
    person = _find(office, user_id)
    problem = ""
    if request.method == "POST":
        try:
            remove_member(shop_id=office.shop.id, user_id=user_id, actor=office.actor)
        except ShopChangeRefused as error:
            problem = error.message
        else:
            return HttpResponseRedirect("/" if user_id == office.user.pk else office.url("staff") + "?done=removed")
    status = 409 if problem else 200
    return show(request, office, "member_remove.html", section="staff", status=status, member=person, problem=problem)


@of_shop(change=Permission.STAFF)
def member_invite_again(request: HttpRequest, office: Office, user_id: int) -> HttpResponse:  # noqa: ARG001
    """Send the invitation once more to somebody who has set no password yet."""
    person = _find(office, user_id)
    if person.waiting:
        with office.scope("invite"):
            put_invitation(Invited(person.user_id, person.email, office.language, needs_password=True))
    return HttpResponseRedirect(office.url("staff") + "?done=invited")


def _find(office: Office, user_id: int) -> Member:
    with office.scope("member"):
        for person in queries.members():
            if person.user_id == user_id:
                return person
    raise Http404
