"""The questions of `/give` and of corrections, with the labels of their buttons."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.features.medicines.views.giving.confirmations import what_in_words
from bot.features.medicines.views.giving.readers import Reader, is_now
from bot.ui.answer import Answer, Button, Screen
from bot.ui.buttons import in_rows
from bot.ui.length import label
from bot.ui.wording import _, escape, ngettext
from bot.ui.words.amounts import amount_in_words, count_words
from bot.ui.words.times import day_words, show_clock
from domain.medicines.dosages import Dosage
from domain.medicines.dose_counts import SLIP_FROM, SMALLEST_SLIP
from domain.medicines.doses.facts import DoseFacts
from domain.medicines.records.outlook import Outlook


def ask_which(buttons: Sequence[Button], *, typed: str, given: str) -> Screen:
    """A tap also records what was *typed* after the name; *given* is a :func:`given_line`."""
    lines = [*([given] if given else []), _("What was given?"), *typed_line(typed)]
    return Screen("\n".join(lines), in_rows(buttons))


def typed_line(typed: str) -> Sequence[str]:
    return [_("You typed: <code>{typed}</code>").format(typed=escape(typed))] if typed else []


def tap_which() -> Answer:
    """Several medicines have the name that was typed."""
    return Answer(
        send=(Screen(_("There's more than one with that name. Please tap the right one.")),)
    )


def ask_slip(outlook: Outlook) -> Screen:
    """An amount this unusual is more likely a typing error than intended."""
    usual = outlook.usual or outlook.medicine.dosage
    what = escape(outlook.given.words if outlook.given else usual.words)
    if SMALLEST_SLIP < outlook.count < SLIP_FROM:
        words = ngettext(
            "❗ One dose of {name} is {usual} here. I'd count {what} as {count} dose."
            " Was it really {what}?",
            "❗ One dose of {name} is {usual} here. I'd count {what} as {count} doses."
            " Was it really {what}?",
            2 if outlook.count > 1 else 1,
        )
    else:
        words = _("❗ {what} is {count} × the usual {usual} of {name}. Was it really {what}?")
    return Screen(
        words.format(
            name=f"<b>{escape(outlook.medicine.name)}</b>",
            usual=escape(usual.words),
            what=what,
            count=count_words(outlook.count),
        )
    )


def slip_labels(what: str) -> dict[str, str]:
    return {
        "really": _("Yes, {what}").format(what=label(what)),
        "amount": _("½ Another amount"),
    }


def ask_count(outlook: Outlook) -> Screen:
    usual = outlook.usual or outlook.medicine.dosage
    return Screen(
        _("One dose is {usual}. How many doses is {what}? Tap, or type a number.").format(
            usual=escape(usual.words), what=escape(outlook.given.words if outlook.given else "")
        )
    )


def count_labels() -> dict[str, str]:
    """Labels by the key of the number they stand for."""
    return {"0.5": "½", "1": "1", "1.5": "1½", "2": "2", "3": "3"}


def ask_when(name: str, *, person: str, lacks_time: str) -> Screen:
    """Asks when it was given: one of the times the text can mean, or another time."""
    if lacks_time:
        words = _("“{words}”: what time was {person} given {name}? For example <i>07:45</i>")
        return Screen(
            words.format(words=escape(lacks_time), person=escape(person), name=escape(name))
        )
    words = _("When was {person} given {name}?")
    return Screen(words.format(person=escape(person), name=escape(name)))


def ask_another_time(name: str, *, person: str) -> Screen:
    return Screen(
        _(
            "When was {person} given {name}? Type it, for example <i>07:45</i>, <i>yesterday "
            "23:50</i> or <i>half an hour ago</i>"
        ).format(person=escape(person), name=escape(name))
    )


def ask_amount(name: str, usual: Dosage, *, person: str, given: str) -> Screen:
    """Asks how much was given; *given* is a :func:`given_line`, since the usual amount is recorded
    with that time.
    """
    question = _("How much {name} was {person} given? The usual amount is {usual}.").format(
        name=escape(name), person=escape(person), usual=escape(usual.words)
    )
    return Screen(f"{given}\n{question}" if given else question)


def amount_labels(usual: Dosage) -> dict[str, str]:
    """What can be tapped for how much was given, by `/give`'s own keys: each amount of a range, or
    the usual one.
    """
    if usual.most is None or usual.unit is None:
        return {"usual": usual_label(usual.words)}
    amounts = enumerate(usual.choices)
    return {f"c{number}": amount_in_words(amount, usual.unit) for number, amount in amounts}


def usual_label(usual: str) -> str:
    return _("{usual}, as usual").format(usual=label(usual))


def moment_label(
    at: datetime, *, person: str, zone: ZoneInfo, reader: Reader, options: Sequence[datetime]
) -> str:
    """One of the moments a time can mean, as a button. It names the zone if the clock shows that
    time twice that night.
    """
    if is_now(at, reader=reader):
        return _("Now")
    local = at.astimezone(zone)
    words = reader.when_on_button(at, person=person, zone=zone)
    is_twice = sum(f"{o.astimezone(zone):%d %H:%M}" == f"{local:%d %H:%M}" for o in options) > 1
    return f"{words} ({local:%Z})" if is_twice else words


def time_labels() -> dict[str, str]:
    return {"other": _("🕗 Another time")}


def change_labels() -> dict[str, str]:
    """What can be corrected below the question, by `/give`'s own keys."""
    return {"time": _("🕗 Another time"), "amount": _("½ Another amount")}


def clock_label(
    at: datetime | None, *, is_mine: bool, person: str, zone: ZoneInfo, reader: Reader
) -> str:
    """The button below a question that switches to the other clock. *at* is the moment by that
    clock, if there is only one.
    """
    if is_mine:
        words = _("🕑 I meant {person}'s clock").format(person=label(person))
    else:
        words = _("🕑 I meant my clock")
    if at is None:
        return words
    when = reader.when_on_button(at, person=person, zone=zone)
    return _("{clock}: {moment}").format(clock=words, moment=when)


def which_one(outlook: Outlook, *, reader: Reader) -> Screen:
    """The intake could belong to any of several doses."""
    medicine = outlook.medicine
    return Screen(
        _("💊 {what}, for <b>{person}</b>, given {moment}.\nWhich dose was it?").format(
            what=what_in_words(outlook),
            person=escape(medicine.person),
            moment=reader.when(outlook.at, person=medicine.person, zone=medicine.zone),
        )
    )


def dose_label(dose: DoseFacts, *, now: datetime) -> str:
    day = day_words(dose.local.date(), today=now.astimezone(dose.zone).date())
    return _("The one due {day} {time}").format(day=day, time=show_clock(dose.local))


def extra_label() -> str:
    return _("An extra one")


def nothing_to_give() -> Answer:
    return Answer(send=(Screen(_("There are no medicines yet. Add one with /addmed.")),))
