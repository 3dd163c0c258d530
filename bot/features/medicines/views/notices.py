"""Summaries of doses whose window has closed; people answer them on the summary itself."""

from dataclasses import dataclass, replace

from bot.features.medicines.views.cards import (
    all_taken_button,
    closed_dose_rows,
    offered_amounts,
)
from bot.features.medicines.views.discreet_cards import without_names
from bot.ui.answer import Button, Keyboard, Screen
from bot.ui.distinct_labels import dose_labels, dose_numbers
from bot.ui.length import MAX_SHOWN, fitting, shorten, shown_length
from bot.ui.presses.doses import (
    Below,
    ChosenBelow,
    TakeAllInSummary,
    TakeAmount,
    TakeExactly,
)
from bot.ui.presses.overview import RunCommand
from bot.ui.presses.press import Press
from bot.ui.wording import _, escape, ngettext
from bot.ui.words.dates import weekday_name
from bot.ui.words.dose_times import due_clock, record_clock
from domain.medicines.doses.facts import RESOLVED, DoseFacts
from domain.medicines.doses.summaries import SummaryFacts
from domain.models.medicines import DoseStatus


@dataclass(frozen=True)
class _Room:
    """How many of Telegram's units a line may spend on text that people typed."""

    name: int
    dosage: int
    who: int


# The last one fits whatever people typed: 20 doses plus the header.
_ROOMS = (_Room(200, 200, 200), _Room(80, 40, 40), _Room(40, 25, 15))


def summary(facts: SummaryFacts) -> Screen:
    """One message for all doses whose window closed at the same minute. It asks about them, so each
    dose has its line and its buttons, like on a card.
    """
    if facts.hides_names:
        facts = replace(facts, doses=without_names(facts.doses))
    if facts.is_big and not facts.more and all(dose.most is None for dose in facts.doses):
        return _big_summary(facts)
    count = len(facts.doses) + facts.more
    is_open = any(dose.status not in RESOLVED for dose in facts.doses)
    if facts.was_asked:
        title = ngettext(
            "⚠️ <b>{person}</b>: nobody recorded this dose in time.",
            "⚠️ <b>{person}</b>: nobody recorded these doses in time.",
            count,
        )
    elif is_open:
        title = ngettext(
            "❔ <b>{person}</b>: I couldn't ask about this dose in time. Was it taken?",
            "❔ <b>{person}</b>: I couldn't ask about these doses in time. Were they taken?",
            count,
        )
    else:
        title = ngettext(
            "❔ <b>{person}</b>: I couldn't ask about this dose in time.",
            "❔ <b>{person}</b>: I couldn't ask about these doses in time.",
            count,
        )
    title = title.format(person=escape(facts.person))
    more = (
        [_("… and {count} more. /history shows them.").format(count=facts.more)]
        if facts.more
        else []
    )
    numbers = dose_numbers(facts.doses)
    for room in _ROOMS:
        lines = [_line(dose, facts, room, numbers[dose.id]) for dose in facts.doses]
        text = "\n".join([title, *lines, *more])
        if shown_length(text) <= MAX_SHOWN:
            break
    rows = _buttons(facts) if facts.may_record else ()
    if facts.hides_names:
        rows = (*rows, _today_row(facts))
    return Screen(text, rows)


def _big_summary(facts: SummaryFacts) -> Screen:
    """For somebody who wants few words and one button: a question, and no reproach."""
    still_open = [dose for dose in facts.doses if dose.status not in RESOLVED]
    if not still_open:
        return Screen(_("👍 <b>Done. Thank you!</b>"))
    lines = [_("❔ <b>Did you take this?</b>"), ""]
    for dose in still_open:
        clock = due_clock(dose, reader_zone=facts.reader_zone)
        time = _("{day} {clock}").format(day=weekday_name(dose.local.date()), clock=clock)
        lines.append(f"💊 <b>{escape(dose.name)}</b>\n<b>{escape(dose.dosage)}</b>\n{time}")
    lines += ["", _("If you didn't, please ask your family what to do.")]
    take: Press = TakeAllInSummary(family_id=facts.family_id, notification_id=facts.id)
    if len(facts.doses) == 1:
        take = TakeExactly(family_id=facts.family_id, dose_id=facts.doses[0].id, below=Below.NOTICE)
    rows: list[tuple[Button, ...]] = [(Button(_("✅ Taken"), take.encode()),)]
    if facts.hides_names:
        rows.append(_today_row(facts))
    return Screen("\n".join(fitting(lines)), tuple(rows))


def _today_row(facts: SummaryFacts) -> tuple[Button, ...]:
    """What is meant stands there, for whoever wants no names on reminders."""
    today = RunCommand(family_id=facts.family_id, command="today")
    return (Button(_("💊 Today"), today.encode()),)


def _buttons(facts: SummaryFacts) -> Keyboard:
    """Laid out like a card: rows keep their places whatever is answered."""
    is_single = len(facts.doses) == 1
    names, offered = dose_labels(facts.doses), offered_amounts(facts.doses)
    rows: list[tuple[Button, ...]] = []
    if not is_single:
        take_all = TakeAllInSummary(family_id=facts.family_id, notification_id=facts.id)
        all_taken = all_taken_button(
            facts.doses, take=take_all, names=names, are_some=facts.more > 0
        )
        rows.append((all_taken,))
    for dose in facts.doses:
        name = _("{time} {name}").format(time=_when(dose, facts), name=names[dose.id])
        take = TakeExactly(family_id=facts.family_id, dose_id=dose.id, below=Below.NOTICE)
        amounts = [
            (
                amount,
                TakeAmount(
                    family_id=facts.family_id,
                    dose_id=dose.id,
                    chosen=ChosenBelow(choice, Below.NOTICE),
                ),
            )
            for choice, amount in offered[dose.id]
        ]
        rows += closed_dose_rows(dose, name=None if is_single else name, take=take, amounts=amounts)
    return tuple(rows)


def _names_days(facts: SummaryFacts) -> bool:
    """Whether a time alone is ambiguous, as it is at midnight or after an outage."""
    return any(dose.local.date() != facts.now.astimezone(dose.zone).date() for dose in facts.doses)


def _when(dose: DoseFacts, facts: SummaryFacts) -> str:
    time = due_clock(dose)
    if not _names_days(facts):
        return time
    return _("{day} {clock}").format(day=weekday_name(dose.local.date()), clock=time)


def _line(dose: DoseFacts, facts: SummaryFacts, room: _Room, number: str) -> str:
    # With its day: the message stays in the chat.
    clock = due_clock(dose, reader_zone=facts.reader_zone)
    time = _("{day} {clock}").format(day=weekday_name(dose.local.date()), clock=clock)
    amount = escape(shorten(dose.given or dose.dosage, to=room.dosage))
    what = f"{escape(shorten(dose.name, to=room.name))} {amount}{number}"
    who = escape(shorten(dose.resolved_by or "", to=room.who))
    when = record_clock(dose, reader_zone=facts.reader_zone)
    match dose.status:
        case DoseStatus.TAKEN:
            words = _("✅ {due} {what}\n<i>Taken {time}, recorded by {who}</i>")
        case DoseStatus.SKIPPED:
            words = _("⏭ {due} {what}\n<i>Skipped, recorded by {who}, {time}</i>")
        case _:
            return _("• {time} {what}").format(time=time, what=what)
    return words.format(due=time, what=what, who=who, time=when)
