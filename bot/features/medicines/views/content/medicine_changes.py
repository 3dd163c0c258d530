"""Changing a medicine: the questions, and the old version beside the new one."""

from collections.abc import Sequence
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from bot.features.medicines.views.content.medicine_notes import note_lines
from bot.features.medicines.views.content.new_medicines import schedule_presets
from bot.ui.answer import Button, Screen
from bot.ui.buttons import in_rows
from bot.ui.length import label
from bot.ui.wording import _, escape
from bot.ui.words.dates import full_date
from bot.ui.words.regimens.patterns_of_days import plan_days_in_words
from bot.ui.words.regimens.schedules import (
    dosage_in_words,
    length_in_words,
    schedule_in_words,
)
from bot.ui.words.times import show_clock
from domain.medicines.dosages import Dosage
from domain.medicines.facts import Content
from domain.medicines.schedule_changes.amounts import own_dosages
from domain.medicines.schedule_changes.comparison import Concern
from domain.medicines.schedule_changes.questions import Place, Topic
from domain.medicines.schedules.days import Days
from domain.medicines.schedules.kinds import Schedule


def content_in_short(content: Content, *, zone: ZoneInfo) -> str:
    """ "100 mg, every day at 08:00, with food" (no HTML)."""
    words = [
        dosage_in_words(content.dosage, content.schedule),
        schedule_in_words(content.schedule, zone=zone),
        *filter(None, [content.instructions, content.reason]),
    ]
    return ", ".join(filter(None, words))


def ask_new_dosage(name: str, now: str, *, person: str) -> Screen:
    """*now* is what is given so far."""
    return Screen(
        _(
            "How much {name} should {person} get each time from now on?\nNow: {now}.\nFor example: "
            "<i>100 mg</i> or <i>2 tablets</i>"
        ).format(name=escape(name), person=escape(person), now=escape(now))
    )


def ask_new_schedule(name: str, now: str, presets: Sequence[Button]) -> Screen:
    """*now* is the current schedule."""
    return Screen(
        _(
            "When should {name} be given from now on?\nNow: <b>{now}</b>.\n"
            "Anything you don't mention stays as it is. Tap, or type the change, for example: "
            "<i>at 19:00</i>, <i>on Tuesdays</i>, <i>every 2 days</i>, <i>until 3 December</i>, "
            "<i>no end</i>"
        ).format(name=escape(name), now=escape(now)),
        in_rows(presets),
    )


def change_presets(*, keeps_days: bool, keeps_hours: bool) -> dict[str, str]:
    """Labels of the usual times, offered as changes, by key. A preset of hours keeps the days, and
    a preset of days keeps the hours.
    """
    hours, days = {"m", "e", "me", "mne"}, {"wd", "d2"}
    labels = schedule_presets()
    for key, words in labels.items():
        if key in hours and keeps_days:
            labels[key] = _("{label} (same days)").format(label=words)
        elif key in days and keeps_hours:
            labels[key] = _("{label} (same times)").format(label=words)
    return labels


def schedule_now(schedule: Schedule, *, zone: ZoneInfo, today: date | None = None) -> str:
    """The current schedule (no HTML)."""
    return schedule_in_words(schedule, zone=zone, today=today)


def amount_now(
    dosage: Dosage, schedule: Schedule, *, zone: ZoneInfo, today: date | None = None
) -> str:
    """The current amount (no HTML), with its times if amounts differ."""
    words = dosage_in_words(dosage, schedule)
    if words == dosage.words and not own_dosages(schedule):
        return words
    when = schedule_in_words(schedule, zone=zone, today=today)
    return _("{amount}, {schedule}").format(amount=words, schedule=when) if words else when


def ask_times(name: str, choices: Sequence[Button]) -> Screen:
    return Screen(
        _("What time is {name} given? Tap, or type it, for example: <i>08:00</i>").format(
            name=escape(name)
        ),
        in_rows(choices, of=2),
    )


def place_label(place: Place) -> str:
    """ "The one at 08:00 (1 tablet)", "Step 2: 10 mg at 08:00", "5 mg: Mon–Fri at 18:00"."""
    at = ", ".join(show_clock(each) for each in place.times)
    if place.days is not None:
        return _plan_label(place, place.days, at)
    amount = label("" if place.amount is None else place.amount.words)
    if place.step is None:
        return _("The one at {time} ({amount})").format(time=at, amount=amount)
    return _("Step {number}: {amount} at {time}").format(number=place.step, amount=amount, time=at)


def _plan_label(place: Place, days: Days, at: str) -> str:
    words = _("{days} at {times}").format(days=plan_days_in_words(days), times=at)
    if place.ends_on is not None:
        words = _("{schedule}, last day {date}").format(
            schedule=words, date=full_date(place.ends_on)
        )
    if place.amount is None:
        return words
    return _("{amount}: {schedule}").format(amount=label(place.amount.words), schedule=words)


def all_label() -> str:
    return _("All of them")


def strength_label(strength: Dosage) -> str:
    return _("The strength ({amount})").format(amount=label(strength.words))


def ask_which(name: str, choices: Sequence[Button], *, about: Topic) -> Screen:
    """Asks which of several amounts to change, or the times, days or end of which step or plan."""
    match about:
        case Topic.AMOUNT:
            text = _("{name} is given in several amounts. Which one should change?")
        case Topic.STEP_TIMES:
            text = _("The steps of {name} have different times. Which one should change?")
        case Topic.TIMES:
            text = _("{name} is given at different times. Which ones should change?")
        case Topic.DAYS:
            text = _("{name} is given differently on different days. Which days should change?")
        case Topic.END:
            text = _("Parts of {name}'s schedule end on different days. Which end should I change?")
    return Screen(text.format(name=escape(name)), in_rows(choices))


def ask_amount_each(name: str, choices: Sequence[Button]) -> Screen:
    """Amounts differed between times, and the times have changed."""
    return Screen(
        _(
            "{name} is given in several amounts now. How much should it be each time from now "
            "on? Tap, or type it."
        ).format(name=escape(name)),
        in_rows(choices),
    )


def ask_interval(name: str, choices: Sequence[Button], unknown: Button) -> Screen:
    return Screen(
        _(
            "What's the shortest time between two doses of {name}? Check the leaflet or the "
            "prescription. Tap, or type it, for example: <i>6 hours</i>"
        ).format(name=escape(name)),
        (*in_rows(choices, of=2), (unknown,)),
    )


def ask_max_per_day(name: str, choices: Sequence[Button], unknown: Button) -> Screen:
    return Screen(
        _("What's the most doses of {name} allowed in 24 hours? Tap, or type a number.").format(
            name=escape(name)
        ),
        (*in_rows(choices, of=2), (unknown,)),
    )


def hours_label(hours: int) -> str:
    return length_in_words(timedelta(hours=hours))


def unknown_label() -> str:
    return _("I don't know")


def review(
    old: Content,
    new: Content,
    *,
    concerns: Sequence[Concern],
    person: str,
    zone: ZoneInfo,
    today: date,
    buttons: Sequence[Button],
) -> Screen:
    """A change that gives more of something, or drops something: old beside new."""
    save, change, cancel = buttons
    words = _concern_words()
    return Screen(
        "\n".join(
            [
                _("Please check this change for <b>{person}</b>:").format(person=escape(person)),
                "",
                _("<b>Now</b>"),
                _content(old, zone=zone, today=today),
                "",
                _("<b>After the change</b>"),
                _content(new, zone=zone, today=today),
                "",
                *(_("⚠️ {concern}").format(concern=words[concern]) for concern in concerns),
                _("Shall I save it?"),
            ]
        ),
        ((save,), (change, cancel)),
    )


def _content(content: Content, *, zone: ZoneInfo, today: date) -> str:
    dosage = escape(dosage_in_words(content.dosage, content.schedule))
    schedule = escape(schedule_in_words(content.schedule, zone=zone, today=today))
    what = f"💊 <b>{escape(content.name)}</b> {dosage}".strip()
    return "\n".join([what, schedule, *note_lines(content.instructions, content.reason)])


def _concern_words() -> dict[Concern, str]:
    return {
        Concern.MORE_OFTEN: _("It would be given more often."),
        Concern.LARGER: _("At least one dose would be larger."),
        Concern.TENFOLD: _(
            "The dose would be at least ten times what it is now. Please check the number and the "
            "unit."
        ),
        Concern.TENTH: _(
            "The dose would be a tenth of what it is now, or less. Please check the number and the "
            "unit."
        ),
        Concern.OTHER_UNIT: _("The dose would be in a different unit."),
        Concern.OTHER_AMOUNT: _("I can't tell whether that's more or less than before."),
        Concern.LONGER: _("It would be given for longer."),
        Concern.EARLIER: _("It would start earlier."),
        Concern.END_LOST: _("It would no longer have an end date."),
        Concern.STEPS_LOST: _("Some steps would be removed."),
        Concern.STEPS_OTHER: _("It would be given in steps."),
        Concern.DAYS_OFF_LOST: _("There would be no days off any more."),
        Concern.INTERVAL_LOST: _("It would no longer have a shortest time between two doses."),
        Concern.MAXIMUM_LOST: _("It would no longer have a maximum in 24 hours."),
        Concern.TIMES_LOST: _("It would have no set times, so I wouldn't remind you about it."),
    }
