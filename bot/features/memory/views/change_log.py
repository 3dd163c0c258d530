"""`/history changes`: who changed what, in words."""

from datetime import date, datetime

from bot.features.memory.views.changed_values import changed_values
from bot.ui.answer import Button, Screen
from bot.ui.buttons import page_turns
from bot.ui.distinct_labels import family_name
from bot.ui.length import fitting
from bot.ui.presses.history import ChangesPage, FamilyHistory
from bot.ui.wording import _, escape
from bot.ui.words.times import clock_time, day_words, named_day
from domain.database.scope import Member
from domain.memory.change_log import ChangeLogPage, LoggedChange
from domain.models.delivery import Origin


def change_log(page: ChangeLogPage, *, member: Member, now: datetime) -> Screen:
    """Newest first, grouped by day, by the reader's clock."""
    title = _("🧾 <b>Changes</b>, family {family}").format(family=escape(family_name(member)))
    lines, day = [], None
    for change in page.changes:
        local = change.at.astimezone(page.zone).date()
        if local != day:
            day = local
            lines.append(f"\n<b>{_heading(day, today=now.astimezone(page.zone).date())}</b>")
        lines.append("\n".join(_change(change, page, now=now)))
    if not page.changes:
        words = _("There's nothing more.") if page.number else _("Nothing's been changed yet.")
        lines = ["\n" + words]

    def turn(number: int) -> ChangesPage:
        return ChangesPage(family_id=member.family_id, page=number)

    turns = page_turns(page.number, turn, has_next=page.has_older, words=(_("Newer"), _("Older")))
    doses = FamilyHistory(family_id=member.family_id)
    return Screen(
        "\n".join([title, *fitting(lines)]),
        (*turns, (Button(_("📜 What was given"), doses.encode()),)),
    )


def _heading(day: date, *, today: date) -> str:
    """ "Today, Monday 23 November"."""
    words, named = day_words(day, today=today), named_day(day, today=today)
    if words == named:
        return named
    return _("{day}, {date}").format(day=words[:1].upper() + words[1:], date=named)


def _change(change: LoggedChange, page: ChangeLogPage, *, now: datetime) -> list[str]:
    clock = clock_time(change.at, page.zone)
    line = _("{time} {what}").format(time=clock, what=_what(change))
    if change.origin is Origin.GROUP:
        line = _("{change} (in the group)").format(change=line)
    zone = change.zone or page.zone
    values = changed_values(change, names=page.names, zone=zone, now=now)
    return [line, *(f"   <i>{value}</i>" for value in values)]


def _what(change: LoggedChange) -> str:
    words = action_words().get(change.action)
    if change.undoes is not None:
        words = _("{who} undid a change to {name}")
    if words is None:
        # One of a later version, whose words this one doesn't know.
        words = _("{who} changed something about {name}")
    name = escape(change.name or _("the family"))
    return words.format(
        who=escape(change.by or _("CareCircle")),
        name=f"<b>{name}</b>",
        person=escape(change.person or change.name or ""),
    )


def action_words() -> dict[str, str]:
    """What each action of the audit is, in words."""
    return {
        "appointment.added": _("{who} added {name} for {person}"),
        "appointment.brought_back": _("{who} brought back {name} for {person}"),
        "appointment.cancelled": _("{who} called off {name} for {person}"),
        "appointment.clock_changed": _("{who} moved {name} for {person} to another time zone"),
        "appointment.deleted": _("{who} removed {name} for {person}"),
        "appointment.driver_asked": _("{who} asked somebody to drive to {name} for {person}"),
        "appointment.driver_found": _("{who} said who drives to {name} for {person}"),
        "appointment.driver_lost": _("{who} can't drive to {name} for {person} after all"),
        "appointment.edited": _("{who} changed {name} for {person}"),
        "appointment.moved": _("{who} moved {name} for {person}"),
        "appointment.outcome_recorded": _("{who} said how {name} for {person} went"),
        "appointment.put_back": _("{who} undid a change to {name} for {person}"),
        "appointment.removed": _("{who} undid adding {name} for {person}"),
        "appointment.repeated": _("{who} changed how {name} for {person} repeats"),
        "appointment.restored": _("{who} restored {name} for {person}"),
        "contact.added": _("{who} added the emergency contact {name}"),
        "contact.edited": _("{who} changed the emergency contact {name}"),
        "contact.moved": _("{who} changed when {name} is called"),
        "contact.removed": _("{who} removed the emergency contact {name}"),
        "contact.restored": _("{who} brought back the emergency contact {name}"),
        "doctor.added": _("{who} added the doctor {name} for {person}"),
        "doctor.edited": _("{who} changed the doctor {name} for {person}"),
        "doctor.removed": _("{who} removed the doctor {name} for {person}"),
        "doctor.restored": _("{who} brought back the doctor {name} for {person}"),
        "dose.changed": _("{who} changed the amount of an open dose of {name} for {person}"),
        "dose.corrected": _("{who} corrected a record of {name} for {person}"),
        "dose.held": _("{who} said they're on {name} for {person}"),
        "dose.snoozed": _("{who} snoozed {name} for {person}"),
        "dose.undone": _("{who} undid a record of {name} for {person}"),
        "family.alarmed": _("{who} called the family for help"),
        "appointment.driver_gone": _("{who}: whoever drove to {name} for {person} is gone"),
        "dose.released": _("{who}: nobody is on {name} for {person} any more"),
        "family.dissolved": _("{who} dissolved the family"),
        "family.exported": _("{who} exported what they can read"),
        "family.kept": _("{who} kept the family after all"),
        "family.founded": _("{who} created the family {name}"),
        "family.ladder_set": _("{who} set what happens when nobody answers"),
        "family.renamed": _("{who} renamed the family"),
        "family.window_set": _("{who} set how long doses are asked about"),
        "group.bound": _("{who} had reminders sent to a group"),
        "group.changed": _("{who} changed what the group gets"),
        "group.moved": _("{who}: the group has another number"),
        "group.unbound": _("{who}: no more reminders go to the group"),
        "invitation.revoked": _("{who} revoked an invitation"),
        "invitation.created": _("{who} made an invitation"),
        "medication.added": _("{who} added {name} for {person}"),
        "medication.brought_back": _("{who} brought back {name} for {person}"),
        "medication.deleted": _("{who} removed {name} for {person}"),
        "medication.edited": _("{who} changed {name} for {person}"),
        "medication.ladder_set": _("{who} set what happens when nobody answers about {name}"),
        "medication.nickname_removed": _("{who} took back what {name} is also called"),
        "medication.nicknamed": _("{who} said what {name} is also called"),
        "medication.paused": _("{who} paused {name} for {person}"),
        "medication.put_back": _("{who} undid a change to {name} for {person}"),
        "medication.removed": _("{who} undid adding {name} for {person}"),
        "medication.restored": _("{who} resumed {name} for {person}"),
        "medication.stopped": _("{who} stopped {name} for {person}"),
        "member.big_cards_set": _("{who} chose how {name} is reminded"),
        "member.erased": _("{who} deleted their account"),
        "member.left": _("{who} left the family"),
        "member.removed": _("{who} removed {name} from the family"),
        "member.role_set": _("{who} changed what {name} can do"),
        "member.sight_set": _("{who} chose whom {name} sees"),
        "member.joined": _("{who} joined the family"),
        "person.added": _("{who} added {name} to the people you care for"),
        "person.asked_first_set": _("{who} set who is asked first about {name}"),
        "person.brought_back": _("{who} brought back {name}"),
        "person.day_times_set": _("{who} changed the times of {name}'s day"),
        "person.deleted": _("{who} removed {name}"),
        "person.hearing_set": _("{who} chose what they hear about {name}"),
        "person.moved": _("{who} changed where {name} lives"),
        "person.paused": _("{who} paused {name}'s medicines"),
        "person.put_back": _("{who} undid a change to {name}"),
        "person.renamed": _("{who} renamed {name}"),
        "person.resumed": _("{who} resumed {name}'s medicines"),
        "stock.counted": _("{who} counted the stock of {name} for {person}"),
        "stock.measured": _("{who} set how much of {name} makes a dose for {person}"),
        "stock.promise_dropped": _("{who}: nobody is getting more {name} for {person}"),
        "stock.promised": _("{who} said they'd get more {name} for {person}"),
        "stock.put_back": _("{who} undid a change to the stock of {name} for {person}"),
        "stock.refilled": _("{who} refilled {name} for {person}"),
    }
