"""A series of appointments, opened for its dates."""

from datetime import datetime

from bot.features.appointments.views.appointment_lines import rhythm_words
from bot.features.appointments.views.appointment_lists import called_off, date_label, open_button
from bot.features.appointments.views.time_labels import capital
from bot.ui.answer import Button, Screen
from bot.ui.buttons import in_rows, page_turns
from bot.ui.callbacks import Callback, Verb
from bot.ui.length import fitting
from bot.ui.wording import _, escape
from bot.ui.words.appointment_times import span_words
from domain.appointments.occurrences.facts import OccurrenceFacts, OccurrencePage
from domain.database.scope import Member

_IN_A_ROW = 2


def series(page: OccurrencePage, *, member: Member, now: datetime) -> Screen:
    """Its rhythm and the dates of *page*, each with a button that opens it."""
    first = page.items[0]
    head = _("🔁 <b>{title}</b> for {person}").format(
        title=escape(first.details.title), person=escape(first.person)
    )
    lines = [_date_line(facts, member=member, now=now) for facts in page.items]
    rows = in_rows([open_button(facts, date_label(facts)) for facts in page.items], of=_IN_A_ROW)
    turns = page_turns(
        page.number,
        lambda number: Callback(
            Verb.SERIES, member.family_id, first.appointment_id, argument=str(number)
        ),
        has_next=page.has_more,
        words=(_("Earlier"), _("Later")),
    )
    to_all = Button(_("◀ All"), Callback(Verb.APPOINTMENTS, member.family_id).encode())
    text = "\n".join([head, capital(_rhythm(first)), "", *fitting(lines)])
    return Screen(text, (*rows, *turns, (to_all,)))


def _rhythm(facts: OccurrenceFacts) -> str:
    if facts.recurrence is None:
        return ""
    by_rule = (facts.moved_from or facts.starts_at).astimezone(facts.zone)
    return rhythm_words(facts.recurrence, first=by_rule.date())


def _date_line(facts: OccurrenceFacts, *, member: Member, now: datetime) -> str:
    words = capital(span_words(facts, reader_zone=member.zone, now=now))
    if not facts.is_planned:
        return called_off(words)
    if facts.moved_from is not None:
        words = _("{when}, moved").format(when=words)
    return f"{words} 🚗 {escape(facts.driver)}" if facts.driver else words
