"""Medicines: the questions that lead to one, and its confirmation."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.ui.answer import Answer, Button, Keyboard, Screen, say
from bot.ui.callbacks import Callback, Verb
from bot.ui.conversations import change_label
from bot.ui.length import label
from bot.ui.wording import _, escape
from bot.ui.words.pauses import is_paused, medicine_words
from bot.ui.words.schedules import BEGUN, dosage_in_words, length_in_words, schedule_in_words
from bot.ui.words.times import moment
from domain.alike import is_same_name
from domain.database.scope import Member
from domain.medicines.dosages import Dosage
from domain.medicines.facts import Content, MedicineFacts
from domain.medicines.schedules.amounts import own_dosages
from domain.medicines.schedules.comparison import Concern
from domain.medicines.schedules.kinds import AsNeeded, Schedule
from domain.medicines.schedules.questions import Place


def ask_medicine_name() -> Screen:
    return Screen(_("What is the medicine called? For example: <i>Aspirin</i>"))


def ask_dosage(name: str) -> Screen:
    return Screen(
        _("How much {name} each time? For example: <i>100 mg</i> or <i>2 tablets</i>").format(
            name=escape(name)
        )
    )


def ask_schedule(name: str, presets: Sequence[Button], *, so_far: str) -> Screen:
    if so_far:
        question = _("At what time (“{so_far}”)? For example: <i>08:00</i>").format(
            so_far=escape(so_far)
        )
        return Screen(question, _in_pairs(presets))
    return Screen(
        _(
            "When is {name} due? Tap, or type it, for example: <i>at 08:00 and 20:00</i>,"
            " <i>every 2 days 9am</i>, <i>21 days on 7 off 22:00</i>, <i>every 8 hours from"
            " 06:00</i>, <i>as needed, 6 hours apart, max 4 a day</i>"
        ).format(name=escape(name)),
        tuple((button,) for button in presets),
    )


def schedule_presets() -> dict[str, str]:
    """The usual times, by the key of :data:`bot.features.medicines.flows.new_schedules.PRESETS`."""
    return {
        "m": _("Mornings: 08:00"),
        "e": _("Evenings: 20:00"),
        "me": _("Twice: 08:00, 20:00"),
        "mne": _("Three times: 08:00, 14:00, 20:00"),
        "wd": _("On weekdays"),
        "d2": _("Every second day"),
        "h8": _("Every 8 hours"),
        "prn": _("As needed"),
    }


def ask_new_dosage(name: str, now: str) -> Screen:
    """*now* is what is given so far."""
    return Screen(
        _(
            "How much {name} each time from now on? So far: {now}. For example: <i>100 mg</i> or"
            " <i>2 tablets</i>"
        ).format(name=escape(name), now=escape(now))
    )


def ask_new_schedule(name: str, now: str, presets: Sequence[Button]) -> Screen:
    """*now* is when it is given so far."""
    return Screen(
        _(
            "What should change about when {name} is given? Now: <b>{now}</b>.\nWhat you don't name"
            " stays as it is. Tap, or type it, for example: <i>at 19:00</i>, <i>on Tuesdays</i>,"
            " <i>every 2 days</i>, <i>until 3 December</i>, <i>no end</i>"
        ).format(name=escape(name), now=escape(now)),
        tuple((button,) for button in presets),
    )


def change_presets(*, keeps_days: bool, keeps_hours: bool) -> dict[str, str]:
    """The usual times as changes, by their keys: hours leave the days as they are, and days the
    hours.
    """
    hours, days = {"m", "e", "me", "mne"}, {"wd", "d2"}
    labels = schedule_presets()
    for key, words in labels.items():
        if key in hours and keeps_days:
            labels[key] = _("{label} (same days)").format(label=words)
        elif key in days and keeps_hours:
            labels[key] = _("{label} (same hours)").format(label=words)
    return labels


def schedule_now(schedule: Schedule, *, zone: ZoneInfo, today: date | None = None) -> str:
    """When it is given so far (no HTML)."""
    return schedule_in_words(schedule, zone=zone, today=today)


def amount_now(
    dosage: Dosage, schedule: Schedule, *, zone: ZoneInfo, today: date | None = None
) -> str:
    """How much is given so far, and when, where that differs (no HTML)."""
    words = dosage_in_words(dosage, schedule)
    if words == dosage.words and not own_dosages(schedule):
        return words
    when = schedule_in_words(schedule, zone=zone, today=today)
    return _("{amount}, {schedule}").format(amount=words, schedule=when) if words else when


def ask_times(name: str, choices: Sequence[Button]) -> Screen:
    return Screen(
        _("At what time is {name} given? Tap, or type it, for example: <i>08:00</i>").format(
            name=escape(name)
        ),
        _in_pairs(choices),
    )


def place_label(place: Place) -> str:
    """ "The one at 08:00 (1 tablet)", "Step 2 (10 mg)"."""
    amount = label(place.amount.words)
    at = ", ".join(f"{each:%H:%M}" for each in place.times)
    if place.step is None:
        return _("The one at {time} ({amount})").format(time=at, amount=amount)
    return _("Step {number}: {amount} at {time}").format(number=place.step, amount=amount, time=at)


def all_label() -> str:
    return _("All of them")


def strength_label(strength: Dosage) -> str:
    return _("What it comes in ({amount})").format(amount=label(strength.words))


def ask_which_amount(name: str, choices: Sequence[Button], *, is_about_times: bool) -> Screen:
    """One of several amounts, or the times of one of several steps."""
    text = _("{name} is given in several amounts. Which one should change?")
    if is_about_times:
        text = _("The steps of {name} have different times. Which one should change?")
    return Screen(text.format(name=escape(name)), tuple((button,) for button in choices))


def ask_amount_each(name: str, choices: Sequence[Button]) -> Screen:
    """Amounts differed, and their times are others now."""
    return Screen(
        _(
            "So far the amounts of {name} differ. How much is it each time from now on? Tap, or"
            " type it."
        ).format(name=escape(name)),
        tuple((button,) for button in choices),
    )


def ask_interval(name: str, choices: Sequence[Button], unknown: Button) -> Screen:
    return Screen(
        _(
            "What is the least time between two doses of {name}? Check the leaflet or the"
            " prescription. Tap, or type it, for example: <i>6 hours</i>"
        ).format(name=escape(name)),
        (*_in_pairs(choices), (unknown,)),
    )


def ask_most(name: str, choices: Sequence[Button], unknown: Button) -> Screen:
    return Screen(
        _("How many times may {name} be given in 24 hours, at most? Tap, or type a number.").format(
            name=escape(name)
        ),
        (*_in_pairs(choices), (unknown,)),
    )


def hours_label(hours: int) -> str:
    return length_in_words(timedelta(hours=hours))


def unknown_label() -> str:
    return _("I don't know")


def _in_pairs(buttons: Sequence[Button]) -> Keyboard:
    return tuple(tuple(buttons[at : at + 2]) for at in range(0, len(buttons), 2))


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
    """A change that has more of something, or loses something: old beside new."""
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
    return f"💊 <b>{escape(content.name)}</b> {dosage}".strip() + f"\n{schedule}"


def _concern_words() -> dict[Concern, str]:
    return {
        Concern.MORE_OFTEN: _("It would be given more often."),
        Concern.LARGER: _("An amount would be larger."),
        Concern.TENFOLD: _(
            "It would be at least ten times as much as now. Please check number and unit."
        ),
        Concern.TENTH: _(
            "It would be a tenth of what it is now, or less. Please check number and unit."
        ),
        Concern.OTHER_UNIT: _("It would be counted in another unit."),
        Concern.OTHER_AMOUNT: _("I can't tell whether that's more or less than before."),
        Concern.LONGER: _("It would be given for longer."),
        Concern.EARLIER: _("It would begin earlier."),
        Concern.END_LOST: _("It would no longer have an end."),
        Concern.STEPS_LOST: _("It would lose steps."),
        Concern.STEPS_OTHER: _("It would be given in steps."),
        Concern.DAYS_OFF_LOST: _("It would lose its days off."),
        Concern.INTERVAL_LOST: _("It would lose the time between two doses."),
        Concern.MAXIMUM_LOST: _("It would no longer have a maximum in 24 hours."),
        Concern.TIMES_LOST: _("It would lose its times, so I wouldn't remind you of it."),
    }


def nothing_changed(medicine: MedicineFacts, *, now: datetime) -> Answer:
    return say(
        _("That's how it is already:\n💊 {medicine}").format(medicine=described(medicine, now=now))
    )


def part_labels() -> dict[str, str]:
    """What of a medicine can be changed."""
    return {
        "name": _("The name"),
        "dosage": _("How much"),
        "schedule": _("When"),
        "person": _("For whom"),
    }


def ask_what_to_change(name: str | None, buttons: Sequence[Button]) -> Screen:
    text = _("What shall I change?")
    if name:
        text = _("What shall I change about {name}?").format(name=escape(name))
    return Screen(text, tuple((button,) for button in buttons))


def both_label() -> str:
    return _("✅ Save both")


def different_label() -> str:
    return _("✅ Save: it is another one")


def in_short(medicine: MedicineFacts) -> str:
    """ "Aspirin 100 mg, every day at 08:00" (no HTML)."""
    return _("{what}, {schedule}").format(
        what=f"{medicine.name} {dosage_in_words(medicine.dosage, medicine.schedule)}".strip(),
        schedule=schedule_in_words(medicine.schedule, zone=medicine.zone, today=BEGUN),
    )


def draft_in_short(name: str, dosage: Dosage | None, schedule: Schedule | None) -> str:
    """As :func:`in_short`, as far as it is known (no HTML)."""
    if dosage is None:
        return name
    if schedule is None:
        return f"{name} {dosage.words}"
    return f"{name} {dosage_in_words(dosage, schedule)}".strip()


def ask_same(
    existing: str,
    *,
    name: str,
    existing_name: str,
    person: str,
    both: Button,
    change: Button,
    cancel: Button,
) -> Screen:
    """They take one of that *name* already, or one whose name could be read or heard for it."""
    words = _("{person} takes this already: <b>{existing}</b>. Save the new one as well?")
    if not is_same_name(name, existing_name):
        words = _("⚠️ {person} also takes <b>{existing}</b>. Is <b>{name}</b> a different medicine?")
    return Screen(
        words.format(person=escape(person), existing=escape(existing), name=escape(name)),
        ((both,), (change, cancel)),
    )


def confirm(
    *,
    name: str,
    dosage: Dosage,
    schedule: Schedule,
    person: str,
    zone: ZoneInfo,
    buttons: Sequence[Button],
) -> Screen:
    save, change, cancel = buttons
    return Screen(
        _("I understood:\n💊 <b>{name}</b> {dosage}\n{schedule}\nfor <b>{person}</b>").format(
            name=escape(name),
            dosage=escape(dosage_in_words(dosage, schedule)),
            schedule=escape(schedule_in_words(schedule, zone=zone)),
            person=escape(person),
        ),
        ((save,), (change, cancel)),
    )


def saved(medicine: MedicineFacts, *, now: datetime, member: Member) -> Answer:
    """What was saved, for whom, in which family, and when the first dose is due."""
    undo = Callback(Verb.UNDO_MEDICINE, member.family_id, medicine.id)
    change = Callback(Verb.CHANGE_MEDICINE, member.family_id, medicine.id)
    return say(
        _("✅ Saved: {medicine}\nfor <b>{person}</b>, family {family}.\n{first}").format(
            medicine=described(medicine, now=now),
            person=escape(medicine.person),
            family=escape(medicine.family_name),
            first=first_dose(medicine, now=now),
        ),
        ((Button(_("↩️ Undo"), undo.encode()), Button(change_label(), change.encode())),),
    )


def described(medicine: MedicineFacts, *, now: datetime) -> str:
    """Name, how much and when, on two lines."""
    dosage = escape(dosage_in_words(medicine.dosage, medicine.schedule))
    schedule = schedule_in_words(
        medicine.schedule, zone=medicine.zone, today=now.astimezone(medicine.zone).date()
    )
    return f"<b>{escape(medicine.name)}</b> {dosage}".strip() + f"\n{escape(schedule)}"


def first_dose(medicine: MedicineFacts, *, now: datetime) -> str:
    """ "First: tomorrow 08:00 Mum's time"."""
    if is_paused(medicine, now=now):
        paused = medicine_words(medicine, now=now)
        line = _("⏸ {paused}").format(paused=paused[:1].upper() + paused[1:])
        if medicine.first_due_at is None:
            return line
        return line + "\n" + _first(medicine, now=now)
    if isinstance(medicine.schedule, AsNeeded):
        words = _("I won't remind you of it. When it was given, type /give {name}").format(
            name=escape(medicine.name)
        )
        if medicine.schedule.min_interval is None and medicine.schedule.max_per_day is None:
            words += "\n" + _(
                "Nothing is set for how often it may be given, so I can't warn you if it's too"
                " often. Change adds it."
            )
        return words
    if medicine.first_due_at is None:
        return _("No dose is due any more.")
    return _first(medicine, now=now)


def _first(medicine: MedicineFacts, *, now: datetime) -> str:
    if medicine.first_due_at is None:
        return ""
    return _("First: {moment}").format(
        moment=moment(medicine.first_due_at, person=medicine.person, zone=medicine.zone, now=now)
    )


def removed(name: str) -> Answer:
    return Answer(
        toast=_("Undone."),
        closes=True,
        send=(
            Screen(
                _("↩️ {name} is removed again. I won't remind you about it.").format(
                    name=escape(name)
                )
            ),
        ),
    )
