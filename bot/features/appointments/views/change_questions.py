"""Questions about a change: which part, which occurrences, and whether it's right."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from bot.ui.answer import Button, Keyboard, Screen
from bot.ui.presses.appointments import CallOff, ShowAppointment
from bot.ui.wording import _, escape
from bot.ui.words.dates import full_date
from bot.ui.words.times import named_day, show_clock
from domain.appointments.changes.locking import Reach
from domain.appointments.occurrences.facts import OccurrenceFacts
from domain.database.scope import Member


def ask_reach(
    title: str, buttons: Sequence[Button], *, to_call_off: bool, typed: str | None = None
) -> Screen:
    """Which occurrences of a series to move or cancel. *typed* is what was already typed."""
    words = (
        _("<b>{title}</b> repeats. Which ones should I call off?")
        if to_call_off
        else _("<b>{title}</b> repeats. Which ones should I move?")
    )
    return _reach_question(words.format(title=escape(title)), buttons, typed)


def ask_reach_of_change(
    title: str, buttons: Sequence[Button], *, typed: str | None = None
) -> Screen:
    """Which occurrences of a series to change. *typed* is what was already typed."""
    words = _("<b>{title}</b> repeats. Which ones should I change?")
    return _reach_question(words.format(title=escape(title)), buttons, typed)


def _reach_question(text: str, buttons: Sequence[Button], typed: str | None) -> Screen:
    if typed is not None:
        text += "\n" + _("You typed: “{typed}”").format(typed=escape(typed))
    return Screen(text, tuple((button,) for button in buttons))


def reach_labels() -> Mapping[Reach, str]:
    """Button labels by reach."""
    return {
        Reach.THIS: _("Only this one"),
        Reach.FOLLOWING: _("This and all that follow"),
        Reach.ALL: _("The whole series"),
    }


def call_off_buttons(facts: OccurrenceFacts, *, member: Member) -> Sequence[Button]:
    keep = ShowAppointment(family_id=member.family_id, occurrence_id=facts.id).encode()
    return [
        *(
            Button(
                words,
                CallOff(family_id=member.family_id, occurrence_id=facts.id, reach=reach).encode(),
            )
            for reach, words in reach_labels().items()
        ),
        Button(_("◀ Keep it"), keep),
    ]


def ask_sure_to_move(
    title: str,
    old: datetime,
    new: datetime,
    *,
    today: date,
    is_all_day: bool,
    place: str,
    button: Button,
) -> Screen:
    """Whether to move an appointment as somebody has said in own words. Times are by the clock of
    *place*.
    """
    old_day, new_day = (named_day(each.date(), today=today) for each in (old, new))
    words = _("Should I move <b>{title}</b> from {old} {old_time} to {new} {new_time}?")
    if is_all_day:
        words = _("Should I move <b>{title}</b> from {old} to {new}?")
    text = words.format(
        title=escape(title),
        old=old_day,
        new=new_day,
        old_time=show_clock(old),
        new_time=show_clock(new),
    )
    return Screen(f"{text}\n" + _("By the clock of {place}.").format(place=place), ((button,),))


def move_label() -> str:
    return _("↔️ Move")


def ask_what_to_change(facts_title: str, buttons: Sequence[Button]) -> Screen:
    pairs = [tuple(buttons[at : at + 2]) for at in range(0, len(buttons), 2)]
    return Screen(
        _("What would you like to change about <b>{title}</b>?").format(title=escape(facts_title)),
        tuple(pairs),
    )


def part_labels() -> dict[str, str]:
    return {
        "title": _("Title"),
        "doctor": _("Doctor"),
        "place": _("Place"),
        "bring": _("What to bring"),
        "note": _("Note"),
        "duration": _("How long"),
        "remind": _("Reminders"),
        "repeat": _("Repetition"),
    }


def ask_part(part: str, title: str, buttons: Keyboard) -> Screen:
    words = {
        "title": _("What is it called? Type the new title."),
        "doctor": _("Which doctor is <b>{title}</b> with? Type the name."),
        "place": _("Where is <b>{title}</b>? Type the address."),
        "bring": _("What do you need to bring to <b>{title}</b>?"),
        "note": _("Type the note for <b>{title}</b>."),
        "duration": _("How long does <b>{title}</b> take? Tap, or type it, like <i>45 min</i>."),
        "remind": _(
            "When should I remind everyone about <b>{title}</b>? Tap, or type it, like <i>2 days"
            " and 1 hour</i>."
        ),
        "repeat": _(
            "How often does <b>{title}</b> repeat? Tap, or type it, like <i>every Tuesday 10:00"
            " until 1 March</i>."
        ),
    }[part]
    return Screen(words.format(title=escape(title)), buttons)


def ask_days(title: str, buttons: Sequence[Button]) -> Screen:
    """How many days an all-day appointment lasts."""
    words = _("How many days does <b>{title}</b> last? Tap, or type it, like <i>3 days</i>.")
    rows = tuple(tuple(buttons[at : at + 3]) for at in range(0, len(buttons), 3))
    return Screen(words.format(title=escape(title)), rows)


def review_repetition(
    title: str, *, now: str | None, then: str | None, once_on: date, buttons: Sequence[Button]
) -> Screen:
    """A change of how it repeats, old beside new. None means only once, on *once_on*."""
    once = _("only once, on {date}").format(date=full_date(once_on))
    save, change, cancel = buttons
    concern = _("It would go on for longer.") if then else _("It wouldn't repeat any more.")
    return Screen(
        "\n".join(
            [
                _("Please check this change to <b>{title}</b>:").format(title=escape(title)),
                "",
                _("<b>Now</b>"),
                _("🔁 {rhythm}").format(rhythm=now or _("only once")),
                "",
                _("<b>After the change</b>"),
                _("🔁 {rhythm}").format(rhythm=then or once),
                "",
                _("⚠️ {concern}").format(concern=concern),
                _("Shall I save it?"),
            ]
        ),
        ((save,), (change, cancel)),
    )


def leave_out_label() -> str:
    return _("Leave it out")
