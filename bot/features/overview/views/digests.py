"""The morning digest, and the evening summary."""

from bot.features.appointments.views.appointment_lists import short_line
from bot.features.overview.views.today import day_text
from bot.ui.answer import Button, Screen
from bot.ui.presses.overview import RunCommand
from bot.ui.wording import _, escape
from bot.ui.words.times import named_day
from domain.family.settings.hours import DigestPart
from domain.overview.digests import DigestFacts


def digest(facts: DigestFacts) -> Screen:
    """What is due and planned that day; or what became of it, and what is planned tomorrow."""
    is_evening = facts.part is DigestPart.EVENING
    words = (
        _("🌙 <b>{day}</b>, family {family}")
        if is_evening
        else _("☀️ <b>{day}</b>, family {family}")
    )
    title = words.format(
        day=named_day(facts.day, today=facts.day), family=escape(facts.family_name)
    )
    text = day_text(
        title,
        facts.people,
        appointments={} if is_evening else facts.planned,
        reader_zone=facts.reader_zone,
        now=facts.now,
        hides_names=facts.hides_names,
        last=_tomorrow(facts) if is_evening else (),
    )
    if not facts.people:
        text = f"{title}\n\n" + _("There's nobody whose day I could tell you about.")
    today = RunCommand(family_id=facts.family_id, command="today")
    change = RunCommand(family_id=facts.family_id, command="settings")
    buttons = (Button(_("💊 Today"), today.encode()), Button(_("⚙️ Settings"), change.encode()))
    return Screen(text, (buttons,))


def _tomorrow(facts: DigestFacts) -> list[str]:
    names = len(facts.people) > 1
    lines = [
        _("📅 {appointment}").format(
            appointment=short_line(each, reader_zone=facts.reader_zone, names_person=names)
        )
        for entry in facts.people
        for each in facts.planned.get(entry.person.id, ())
    ]
    return ["", _("<b>Tomorrow</b>"), *lines] if lines else []
