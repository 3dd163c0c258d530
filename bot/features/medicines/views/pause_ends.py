"""The message on the evening before a pause ends."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.features.medicines.views.discreet_cards import stand_in
from bot.ui.answer import Answer, Button, Keyboard, Screen
from bot.ui.length import fitting
from bot.ui.presses.medicines import EndPauseAsPlanned, LengthenPause
from bot.ui.wording import _, escape, ngettext
from bot.ui.words.times import day_words
from domain.medicines.pauses.notices import PauseEndsFacts


def pause_ends(facts: PauseEndsFacts) -> Screen:
    """Says that a pause ends tomorrow and what resumes, or what has changed since."""
    if facts.hides_names:
        count = len(facts.medicines)
        facts = replace(
            facts,
            medicines=[stand_in(at) for at in range(count)],
            ended_courses=[stand_in(count + at) for at in range(len(facts.ended_courses))],
        )
    person = facts.person
    if not facts.still_holds:
        return Screen(_changed_since(facts))
    day = facts.until.astimezone(person.zone).date()
    clocks = (person.zone, facts.reader_zone or person.zone)
    # If the reader is on a different day, so is their "tomorrow".
    is_tomorrow = all(
        day - facts.now.astimezone(clock).date() == timedelta(days=1) for clock in clocks
    )
    ends = (
        _("⏸ The pause of <b>{person}</b>'s medicines ends tomorrow, {day}.")
        if is_tomorrow
        else _("⏸ The pause of <b>{person}</b>'s medicines ends on {day}.")
    )
    named = _weekday_and_date(facts.until, person.zone)
    lines = [ends.format(person=escape(person.name), day=named)]
    if facts.medicines and person.pause is not None:
        lines.append(
            ngettext(
                "This medicine will resume by itself: {names}",
                "These medicines will resume by themselves: {names}",
                len(facts.medicines),
            ).format(
                names=", ".join(fitting([escape(name) for name in facts.medicines], room=2_000))
            )
        )
    if facts.ended_courses and person.pause is not None:
        lines.append(
            _("Already finished by then: {names}").format(
                names=", ".join(fitting([escape(name) for name in facts.ended_courses], room=1_000))
            )
        )
    if facts.kept_by is not None:
        lines.append(_("✅ {who}: that's right.").format(who=escape(facts.kept_by)))
    if person.pause is None:
        lines[0] = _("▶️ The pause of <b>{person}</b>'s medicines ended on {day}.").format(
            person=escape(person.name), day=_weekday_and_date(facts.until, person.zone)
        )
        return Screen("\n".join(lines))
    return Screen("\n".join(lines), _notice_buttons(facts))


def _weekday_and_date(at: datetime, zone: ZoneInfo) -> str:
    day = at.astimezone(zone).date()
    # Pretend it's another year, so that the year is shown too.
    return day_words(day, today=date(day.year - 1, 1, 1))


def _changed_since(facts: PauseEndsFacts) -> str:
    person, pause = facts.person, facts.person.pause
    name = escape(person.name)
    if pause is None:
        return _("▶️ The pause of <b>{person}</b>'s medicines was ended early.").format(person=name)
    if pause.until is None:
        return _("⏸ <b>{person}</b>'s medicines are now paused until further notice.").format(
            person=name
        )
    return _("⏸ The pause of <b>{person}</b>'s medicines now ends on {day}.").format(
        person=name, day=_weekday_and_date(pause.until, person.zone)
    )


def _notice_buttons(facts: PauseEndsFacts) -> Keyboard:
    longer = LengthenPause(family_id=facts.family_id, person_id=facts.person.id)
    longer_button = Button(_("⏸ Pause longer"), longer.encode())
    if facts.kept_by is not None:
        return ((longer_button,),)
    go_on = EndPauseAsPlanned(
        family_id=facts.family_id, person_id=facts.person.id, until=facts.until
    )
    return ((Button(_("👍 That's right"), go_on.encode()), longer_button),)


def kept() -> Answer:
    return Answer(toast=_("Good. The pause ends as planned."))
