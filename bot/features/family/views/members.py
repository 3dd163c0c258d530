"""Members: who they are, what they may do, and what becomes of the family without them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from bot.features.family.views.families import role_name
from bot.ui.answer import Answer, Button, Keyboard, Screen
from bot.ui.buttons import in_rows, page_turns
from bot.ui.distinct_labels import family_name
from bot.ui.length import fitting, label
from bot.ui.presses.family import (
    LeaveFamily,
    MembersPage,
    RemoveMember,
    SetBigCards,
    SetRole,
    SetSight,
    ShowMember,
)
from bot.ui.presses.overview import RunCommand
from bot.ui.wording import _, escape, listed
from bot.ui.words.appointment_times import appointment_moment
from domain.access import Role
from domain.database.scope import Member
from domain.family.families import FamilyOverview
from domain.family.membership.notices import MembershipFacts, News
from domain.family.membership.pages import MemberFacts, PersonSeen
from domain.overview.leaving.departures import Departure, RoleSet
from domain.overview.leaving.promises import Promises

_PAGE_SIZE = 10


def what_they_can(role: Role) -> str:
    """What somebody with that role can do."""
    match role:
        case Role.ADMIN:
            return _("can do everything")
        case Role.CAREGIVER:
            return _("adds medicines and records doses")
        case Role.VIEWER:
            return _("sees everything, changes nothing")
        case Role.RECIPIENT:
            return _("records their own doses")


def members(family: FamilyOverview, *, page: int) -> Screen:
    """For admins: everybody in the family, each with a button."""
    here = family.members[page * _PAGE_SIZE : (page + 1) * _PAGE_SIZE]
    buttons = [
        Button(
            label(_("{name}, {role}").format(name=each.name, role=role_name(each.role))),
            ShowMember(family_id=family.id, user_id=each.user_id).encode(),
        )
        for each in here
    ]

    def turn(number: int) -> MembersPage:
        return MembersPage(family_id=family.id, page=number)

    words = _("👥 Who is in the family <b>{family}</b>? Tap somebody to change what they can do.")
    turns = page_turns(page, turn, has_next=len(family.members) > (page + 1) * _PAGE_SIZE)
    return Screen(words.format(family=escape(family.name)), (*in_rows(buttons), *turns, _back()))


def _back() -> tuple[Button]:
    return (Button(_("👪 Family"), RunCommand(command="family").encode()),)


def member_page(facts: MemberFacts, *, member: Member) -> Screen:
    """For an admin: one member, and what can be changed."""
    family = escape(family_name(member))
    title = _("👤 <b>{name}</b>, family {family}").format(name=escape(facts.name), family=family)
    lines = [title, _role_line(facts)]
    if facts.has_blocked:
        lines.append(_("⚠️ They've blocked me, so they get no reminders."))
    elif not facts.has_started:
        lines.append(_("⚠️ They can't get messages yet: they have to open me and press Start."))
    if facts.is_restricted:
        lines.append(_sees_line([each.name for each in facts.people if each.is_seen]))
    if facts.has_big_cards:
        lines.append(_("🔎 They get big, simple reminders with one button."))
    if facts.is_last_admin:
        lines.append(_("They're the only admin. Make somebody else an admin first."))
    return Screen("\n".join(lines), _buttons(facts, member.family_id))


def _role_line(facts: MemberFacts) -> str:
    if facts.cared_for is not None and facts.role is Role.RECIPIENT:
        return _("Is {person}, and records their own doses").format(
            person=escape(facts.cared_for.name)
        )
    return _("{role}: {can}").format(
        role=role_name(facts.role).capitalize(), can=what_they_can(facts.role)
    )


def _sees_line(names: Sequence[str]) -> str:
    if not names:
        return _("👁 Sees nobody you care for yet")
    return _("👁 Sees only {people}").format(people=escape(listed(names)))


def _buttons(facts: MemberFacts, family_id: UUID) -> Keyboard:
    rows: list[tuple[Button, ...]] = []
    if facts.may_manage and not facts.is_last_admin:
        roles = {
            Role.ADMIN: _("Make them an admin"),
            Role.CAREGIVER: _("Make them a caregiver"),
            Role.VIEWER: _("Make them a viewer"),
            Role.RECIPIENT: _("They're somebody we care for"),
        }
        rows += [
            (Button(words, _role_press(facts, role, family_id=family_id)),)
            for role, words in roles.items()
            if role is not facts.role and (role is not Role.RECIPIENT or facts.people)
        ]
    is_helper = facts.role in (Role.CAREGIVER, Role.VIEWER)
    if facts.may_manage and is_helper and (len(facts.people) > 1 or facts.is_restricted):
        sight = SetSight(family_id=family_id, user_id=facts.user_id)
        rows.append((Button(_("👁 Whom they see"), sight.encode()),))
    if facts.role is Role.RECIPIENT:
        rows.append((_cards_button(facts, family_id),))
    if facts.may_manage and not facts.is_reader:
        remove = RemoveMember(family_id=family_id, user_id=facts.user_id)
        rows.append((Button(_("🚪 Remove from the family"), remove.encode()),))
    if facts.is_reader and not facts.is_last_admin:
        rows.append((leave_button(family_id),))
    if facts.may_manage:
        back = MembersPage(family_id=family_id)
        rows.append((Button(_("👥 All members"), back.encode()),))
    return tuple(rows)


def _role_press(facts: MemberFacts, role: Role, *, family_id: UUID) -> str:
    return SetRole(family_id=family_id, user_id=facts.user_id, role=role).encode()


def _cards_button(facts: MemberFacts, family_id: UUID) -> Button:
    wanted = not facts.has_big_cards
    press = SetBigCards(family_id=family_id, user_id=facts.user_id, wanted=wanted)
    words = _("🔎 Big, simple reminders") if wanted else _("🔎 Usual reminders")
    return Button(words, press.encode())


def leave_button(family_id: UUID) -> Button:
    return Button(_("🚪 Leave this family"), LeaveFamily(family_id=family_id).encode())


def ask_leave(departure: Departure, *, now: datetime) -> Screen:
    """Whether the reader wants to leave."""
    lines = [
        _("🚪 Leave the family <b>{family}</b>?").format(family=escape(departure.family)),
        _(
            "You won't see it any more, and I won't remind you. What you've recorded stays, with"
            " your name. To come back you need a new invitation."
        ),
        *_promise_lines(departure.promises, name=None, now=now),
    ]
    if departure.left_alone:
        words = _("⚠️ Then there's nobody I can ask about doses of {people}.")
        lines.append(words.format(people=escape(listed(list(departure.left_alone)))))
    return Screen("\n".join(fitting(lines)))


def ask_remove(departure: Departure, *, now: datetime) -> Screen:
    """Whether an admin wants to remove the member."""
    name = departure.member.name
    lines = [
        _("🚪 Remove <b>{name}</b> from the family <b>{family}</b>?").format(
            name=escape(name), family=escape(departure.family)
        ),
        _(
            "They won't see it any more, and I won't remind them. I'll let them know. What they've"
            " recorded stays, with their name. To come back they need a new invitation."
        ),
        *_promise_lines(departure.promises, name=name, now=now),
    ]
    if departure.left_alone:
        words = _("⚠️ Then there's nobody I can ask about doses of {people}.")
        lines.append(words.format(people=escape(listed(list(departure.left_alone)))))
    return Screen("\n".join(fitting(lines)))


def ask_role(departure: Departure, role: Role, person: str | None, *, now: datetime) -> Screen:
    """Whether the member is to be that from now on."""
    name, before = departure.member.name, departure.member.role
    words = _(
        "Make <b>{name}</b> {role} in the family <b>{family}</b>? Until now: {before}.\n"
        "From now on: {can}."
    )
    if person is not None:
        words = _(
            "Is <b>{name}</b> the same as <b>{person}</b>, whom you care for (family {family})? "
            "Then I ask them about their own doses, and they see everything but can't change it. "
            "Until now: {before}."
        )
    lines = [
        words.format(
            name=escape(name),
            role=_role_with_article(role),
            family=escape(departure.family),
            before=role_name(before),
            can=what_they_can(role),
            person=escape(person or ""),
        )
    ]
    if role is Role.ADMIN and departure.member.is_restricted:
        lines.append(_("👁 They see everybody you care for then."))
    if role in (Role.VIEWER, Role.RECIPIENT):
        lines += _promise_lines(departure.promises, name=name, now=now)
        if departure.left_alone and role is Role.VIEWER:
            alone = _("⚠️ Then there's nobody I can ask about doses of {people}.")
            lines.append(alone.format(people=escape(listed(list(departure.left_alone)))))
    return Screen("\n".join(fitting(lines)))


def _role_with_article(role: Role) -> str:
    match role:
        case Role.ADMIN:
            return _("an admin")
        case Role.CAREGIVER:
            return _("a caregiver")
        case Role.VIEWER:
            return _("a viewer")
        case Role.RECIPIENT:
            return _("the person cared for")


def _promise_lines(promises: Promises, *, name: str | None, now: datetime) -> Sequence[str]:
    """What ends with it; *name* is whose it is, None: the reader's."""
    lines = []
    for drive in promises.drives:
        words = _("🚗 You no longer drive: {what}") if name is None else _("🚗 No driver: {what}")
        when = appointment_moment(drive, drive.starts_at, now=now)
        title = _("{title}, {when}").format(title=drive.details.title, when=when)
        lines.append(words.format(what=escape(title)))
    if promises.refills:
        names = listed([each.name for each in promises.refills])
        lines.append(_("📦 Nobody is getting more of: {names}").format(names=escape(names)))
    if promises.held_doses:
        names = listed([each.name for each in promises.held_doses])
        lines.append(_("🔔 I ask again about: {names}").format(names=escape(names)))
    return lines


def ask_which_person(name: str, *, buttons: Sequence[Button]) -> Screen:
    words = _("Which of the people you care for is <b>{name}</b>?")
    return Screen(words.format(name=escape(name)), in_rows(buttons))


def leave_label() -> str:
    return _("🚪 Yes, leave")


def remove_label() -> str:
    return _("🚪 Yes, remove")


def save_label() -> str:
    return _("✅ Save")


def left(departure: Departure) -> Screen:
    words = _(
        "You've left the family <b>{family}</b>. I've told its admins. If you have its "
        "appointments in your phone's calendar, please delete them there."
    )
    return Screen(words.format(family=escape(departure.family)))


def removed(departure: Departure) -> Screen:
    words = _("✅ <b>{name}</b> isn't in the family <b>{family}</b> any more. I've told them.")
    return Screen(words.format(name=escape(departure.member.name), family=escape(departure.family)))


def role_set(done: RoleSet, *, member: Member) -> Screen:
    words = _("✅ {name} was {before}. I've told them.").format(
        name=escape(done.member.name), before=_role_with_article(done.before)
    )
    page = member_page(done.member, member=member)
    return Screen(f"{words}\n\n{page.text}", page.keyboard)


def ask_sight(name: str, people: Sequence[PersonSeen], *, buttons: Sequence[Button]) -> Screen:
    """Whom the member is to see: those that are ticked."""
    seen = [each.name for each in people if each.is_seen]
    lines = [_("👁 Whom may <b>{name}</b> see?").format(name=escape(name))]
    if len(seen) == len(people):
        lines.append(_("Now chosen: everybody, also those whom you add later."))
    elif seen:
        lines.append(
            _("Now chosen: only {people}. I show them nothing of the others.").format(
                people=escape(listed(seen))
            )
        )
    else:
        lines.append(_("Now chosen: nobody. Tap those whom they may see."))
    return Screen("\n".join(lines), in_rows(buttons))


def person_label(person: PersonSeen) -> str:
    return label(("☑️ " if person.is_seen else "⬜ ") + person.name)


def cards_set(facts: MemberFacts, *, member: Member) -> Answer:
    """Only whoever gets them, or the admins where it was the reader, is told."""
    words = _("From now on their reminders are big and simple. I've told them.")
    if not facts.has_big_cards:
        words = _("From now on their reminders are as usual. I've told them.")
    if facts.is_reader:
        words = _("From now on your reminders are big and simple. I've told the admins.")
        if not facts.has_big_cards:
            words = _("From now on your reminders are as usual. I've told the admins.")
    return Answer(toast=words, edit=member_page(facts, member=member))


def notice(facts: MembershipFacts) -> Screen:
    """What a member, or an admin, hears of a change."""
    words = _own_notice(facts) if facts.is_own else _admins_notice(facts)
    text = words.format(
        name=escape(facts.name),
        by=escape(facts.by),
        family=escape(facts.family_name),
        role=_role_with_article(facts.role),
        can=what_they_can(facts.role),
        people=escape(listed(list(facts.seen or ()))),
    )
    if facts.left_alone and not facts.is_own:
        alone = _(
            "🚨 There's nobody left I can ask about doses of {people}. Invite somebody: /invite"
        )
        text += "\n" + alone.format(people=escape(listed(list(facts.left_alone))))
    return Screen(text)


def _own_notice(facts: MembershipFacts) -> str:
    match facts.news:
        case News.REMOVED | News.LEFT:
            return _(
                "🚪 {by} has removed you from the family <b>{family}</b>. I won't remind you any "
                "more, and you don't need to do what you promised them, like driving. If you have "
                "their appointments in your phone's calendar, please delete them there. If you "
                "think that's a mistake, ask {by} for a new invitation."
            )
        case News.ROLE:
            return _(
                "👤 {by} has made you {role} in the family <b>{family}</b>. What you can do is in"
                " /help."
            )
        case News.SIGHT if facts.seen is None:
            return _("👁 In the family <b>{family}</b> you now see everybody who is cared for.")
        case News.SIGHT if not facts.seen:
            return _("👁 In the family <b>{family}</b> you don't see anybody at the moment ({by}).")
        case News.SIGHT:
            return _("👁 In the family <b>{family}</b> you now see only {people} ({by}).")
        case News.BIG_CARDS:
            return _("🔎 From now on your reminders are big and simple ({by}).")
        case News.USUAL_CARDS:
            return _("🔎 From now on your reminders are as usual ({by}).")


def _admins_notice(facts: MembershipFacts) -> str:
    match facts.news:
        case News.LEFT:
            return _("🚪 <b>{name}</b> has left the family <b>{family}</b>.")
        case News.REMOVED:
            return _("🚪 {by} has removed <b>{name}</b> from the family <b>{family}</b>.")
        case News.ROLE:
            return _("👤 {by} has made <b>{name}</b> {role} in the family <b>{family}</b>.")
        case News.BIG_CARDS:
            return _("🔎 <b>{name}</b> now gets big, simple reminders with one button ({by}).")
        case _:
            return _("🔎 <b>{name}</b> now gets the usual reminders again ({by}).")
