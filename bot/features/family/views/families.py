"""Families: creating one, inviting, joining, and who is in it."""

from collections.abc import Sequence
from uuid import UUID
from zoneinfo import ZoneInfo

from bot.features.family.views.start import disclaimer
from bot.ui.answer import Answer, Button, Screen, say
from bot.ui.buttons import switch_button
from bot.ui.distinct_labels import family_in_words, family_labels
from bot.ui.length import MAX_ROWS, ROOM, fitting, label, shorten
from bot.ui.presses.family import (
    InvitationsPage,
    Invite,
    InvitePerson,
    LeaveFamily,
    MembersPage,
    RenameFamily,
)
from bot.ui.presses.overview import KeepFamily, RunCommand
from bot.ui.turned_away import nobody_cared_for
from bot.ui.wording import _, escape
from bot.ui.words.dates import full_date
from bot.ui.words.dose_times import zone_words
from domain.access import Role
from domain.family.families import FamilyFacts, FamilyOverview, Joined, MemberFacts, NewInvitation


def role_name(role: Role) -> str:
    match role:
        case Role.ADMIN:
            return _("admin")
        case Role.CAREGIVER:
            return _("caregiver")
        case Role.VIEWER:
            return _("viewer")
        case Role.RECIPIENT:
            return _("person cared for")


def ask_family_name() -> Screen:
    return Screen(_("What would you like to call the family? For example: <i>Mum's helpers</i>"))


def founded(family: FamilyFacts) -> Answer:
    return say(
        _(
            "👪 You've created the family <b>{family}</b>, and you're its admin.\n"
            "Next, add the person you look after, for example\n"
            "<code>/addperson Mum in Lisbon</code>"
        ).format(family=escape(family.name)),
        (
            (_menu(_("➕ Add a person"), "addperson"),),
            (_menu(_("✉️ Invite somebody"), "invite"),),
        ),
    )


def ask_new_family_name(name: str) -> Screen:
    return Screen(_("What should <b>{family}</b> be called?").format(family=escape(name)))


def family_renamed(before: str, family: FamilyFacts) -> Answer:
    words = _("✅ <b>{before}</b> is now called <b>{family}</b>.")
    return say(words.format(before=escape(before), family=escape(family.name)))


def rename_label() -> str:
    return _("✏️ Rename the family")


def overview(family: FamilyOverview) -> Answer:
    here = FamilyFacts(family.id, family.name, family.others_in_family)
    name = family_in_words(here, family.others)
    lines = [_("👪 <b>{family}</b>").format(family=escape(name)), ""]
    lines += fitting([_member_line(member) for member in family.members], room=ROOM // 2)
    if family.people:
        lines += ["", _("Cared for:")]
        people = [
            _("• {name} ({zone})").format(
                name=escape(person.name), zone=zone_words(ZoneInfo(person.timezone))
            )
            for person in family.people
        ]
        lines += fitting(people, room=ROOM // 2)
    else:
        lines += ["", nobody_cared_for(family.role, is_restricted=family.is_restricted)]
    rows: list[tuple[Button, ...]] = []
    if family.purge_at is not None:
        words = _("🗑 It's being dissolved: on {day} everything in it is deleted.")
        lines += ["", words.format(day=full_date(family.purge_at.date()))]
        if family.can_invite:
            rows.append((keep_button(family.id),))
    if family.can_invite and not family.people:
        rows.append((_menu(_("➕ Add a person"), "addperson"),))
    if family.can_invite:
        rename = RenameFamily(family_id=family.id)
        rows.append((_menu(_("✉️ Invite somebody"), "invite"),))
        rows.append((Button(rename_label(), rename.encode()),))
    if family.can_manage:
        manage = MembersPage(family_id=family.id)
        invitations = InvitationsPage(family_id=family.id)
        rows.append((Button(_("👥 Members"), manage.encode()),))
        rows.append((Button(_("📨 Open invitations"), invitations.encode()),))
    else:
        leave = LeaveFamily(family_id=family.id)
        rows.append((Button(_("🚪 Leave this family"), leave.encode()),))
    memory = [_menu(_("🗑 Removed"), "removed")]
    if family.can_read_changes:
        memory.append(_menu(_("🧾 Who changed what"), "changes"))
    rows.append(tuple(memory))
    distinct_names = family_labels([here, *family.others])[1:]
    rows += [
        (switch_button(other.id, words),)
        for other, words in list(zip(family.others, distinct_names, strict=True))[:MAX_ROWS]
    ]
    return say("\n".join(lines), tuple(rows))


def keep_button(family_id: UUID) -> Button:
    """The family isn't dissolved after all."""
    return Button(_("↩️ Don't dissolve the family"), KeepFamily(family_id=family_id).encode())


def switched(family: FamilyFacts, *, others: Sequence[FamilyFacts]) -> Answer:
    name = family_in_words(family, others)
    return say(_("You're now in the family <b>{family}</b>.").format(family=escape(name)))


def ask_role(family_id: UUID, *, typed: str = "") -> Answer:
    """What is *typed* is no role that we know."""
    roles = {
        Role.CAREGIVER: _("Caregiver: adds medicines and records doses"),
        Role.VIEWER: _("Viewer: sees everything, changes nothing"),
        Role.RECIPIENT: _("Person cared for: records their own doses"),
        Role.ADMIN: _("Admin: can do everything"),
    }
    question = _("What should the new member be able to do?")
    if typed:
        unknown = _("I don't know a role called “{typed}”.")
        question = f"{unknown.format(typed=escape(shorten(typed, to=40)))}\n\n{question}"
    return say(
        question,
        tuple(
            (Button(words, Invite(family_id=family_id, role=role).encode()),)
            for role, words in roles.items()
        ),
    )


def ask_who_is_invited(family_id: UUID, people: list[tuple[UUID, str]]) -> Answer:
    """Which person the new member is: they will record that person's doses."""
    return say(
        _("Who would you like to invite?"),
        tuple(
            (Button(label(name), InvitePerson(family_id=family_id, person_id=person_id).encode()),)
            for person_id, name in people[:MAX_ROWS]
        ),
    )


def invitation(made: NewInvitation, *, bot_username: str) -> Answer:
    """The link. Whoever opens it first joins, so it should go to one person only."""
    link = f"https://t.me/{bot_username}?start={made.token}"
    words = _(
        "✉️ An invitation to <b>{family}</b>, role: <b>{role}</b>.\n"
        "Send this link to one person, or let them point their phone's camera at the picture. It "
        "works once and expires after 48 hours:\n"
        "{link}"
    ).format(family=escape(made.family_name), role=role_name(made.role), link=link)
    return Answer(send=(Screen(words, qr_code=link),))


def joined(facts: Joined) -> Answer:
    return say(
        _("👋 Welcome to the family <b>{family}</b>! Your role: <b>{role}</b>.").format(
            family=escape(facts.family.name), role=role_name(facts.role)
        )
        + "\n"
        + _what_happens_now(facts.role)
        + "\n\n"
        + disclaimer(),
        ((_menu(_("💊 Today"), "today"), _menu(_("👪 Family"), "family")),),
    )


def _what_happens_now(role: Role) -> str:
    match role:
        case Role.ADMIN | Role.CAREGIVER:
            return _(
                "When a medicine is due, I'll message everyone who gives medicines. Tap Taken once"
                " it's been given, and the others see it, too."
            )
        case Role.RECIPIENT:
            return _("I'll message you when your medicine is due. Tap Taken once you've taken it.")
        case Role.VIEWER:
            return _("Tap Today at any time to see what's due and what was given.")


def _member_line(member: MemberFacts) -> str:
    line = _("• {name}, {role}").format(name=escape(member.name), role=role_name(member.role))
    if member.has_blocked:
        return line + " " + _("⚠️ has blocked me and gets no reminders: ask them to unblock me")
    if not member.has_started:
        return (
            line
            + " "
            + _("⚠️ can't get messages yet: ask them to open a chat with me and press Start")
        )
    return line


def _menu(words: str, command: str) -> Button:
    return Button(words, RunCommand(command=command).encode())
