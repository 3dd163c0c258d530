"""What was said in own words, where the answer is a screen with the button that does it."""

from collections.abc import Sequence
from dataclasses import replace

from bot.features.overview.views.own_words import home_buttons
from bot.ui.answer import Answer, Button, Screen, say
from bot.ui.buttons import in_rows
from bot.ui.distinct_labels import dose_labels
from bot.ui.length import MAX_ROWS, label
from bot.ui.misunderstandings import quoted
from bot.ui.presses.arguments import CardOfSlot
from bot.ui.presses.doses import HoldSlot, Snooze
from bot.ui.presses.press import Press
from bot.ui.wording import _, escape, listed
from domain.database.scope import Member
from domain.medicines.doses.facts import DoseFacts
from domain.medicines.doses.ladder import SNOOZE_MINUTES
from domain.models.medicines import DoseStatus


def to_tap(words: str, pages: Sequence[Screen]) -> Answer:
    """The pages of what was named; *words* say what to tap."""
    first, *others = pages
    return Answer(send=(replace(first, text=f"{words}\n\n{first.text}"), *others))


def recorded_already() -> str:
    return _("This is recorded already. I haven't changed anything.")


def call_it_off() -> str:
    return _("I haven't called anything off yet. Tap “Call it off” if this is the one you mean.")


def move_it() -> str:
    return _("I haven't moved anything yet. Tap “Move” on the one you mean.")


def drive() -> str:
    return _("I haven't changed anything yet. Tap “I'll drive” if this is the one you mean.")


def stop_driving() -> str:
    return _("I haven't changed anything yet. Tap “I can't drive” if this is the one you mean.")


def not_driving() -> str:
    return _("You aren't down to drive there, so there's nothing to change.")


def nobody_else() -> str:
    return _("Nobody else in the family can be asked to drive yet.")


def is_driven() -> str:
    return _("I haven't asked anybody, since somebody drives there already.")


def change_it() -> str:
    return _("I haven't changed anything yet. Tap “Change” on the one you mean.")


def change_later(words: str) -> str:
    """*words* say what it is to be then, without from when on."""
    return _(
        "I can't set a change that begins on a later day, so nothing is changed yet. On that day, "
        "tell me “{words}”, or tap “Change”."
    ).format(words=quoted(words))


def pause_later(name: str) -> Answer:
    """A pause begins when it is saved; *name* is of somebody who is cared for."""
    return say(
        _(
            "I can't set a pause that begins on a later day, so nothing is paused yet. Tell me "
            "when it begins, like “{name} is in hospital until Friday”. A single dose can be "
            "skipped on its card."
        ).format(name=quoted(name)),
        home_buttons("today", "appts"),
    )


def pause_after(dose: DoseFacts, end: str) -> Answer:
    """A pause begins when it is saved, and before tonight a *dose* is still to be given."""
    return say(
        _(
            "Nothing is paused yet: a pause begins at once, and {name} is still due at {time}. "
            "Once that is recorded, tell me “pause {name} {end}”."
        ).format(name=quoted(dose.name), time=f"{dose.local:%H:%M}", end=quoted(end)),
        home_buttons("today"),
    )


def not_due_yet(doses: Sequence[DoseFacts], asked: Answer) -> Answer:
    """*asked*, before which stands what isn't in it: "her morning pills", of which some are due
    later.
    """
    named = listed([f"{escape(dose.name)} ({dose.local:%H:%M})" for dose in doses])
    words = _("Not in this, since it isn't due yet: {names}.").format(names=named)
    return replace(asked, send=(Screen(words), *asked.send))


def recorded_otherwise() -> str:
    return _(
        "This is what is recorded, and I haven't changed it. If it's wrong, correct or undo it:"
    )


def stop_later() -> str:
    """A medicine stops when somebody stops it."""
    return _(
        "I can't set a medicine to stop on a later day yet, so nothing is stopped. Tap “Stop” on "
        "that day."
    )


def stop_it() -> str:
    return _("I haven't stopped anything yet. Tap “Stop” if this is the one you mean.")


def nothing_planned() -> Answer:
    return say(
        _("I have no such appointment at that time. Nothing was changed."), home_buttons("appts")
    )


def nothing_paused() -> Answer:
    """Somebody is back, and nothing was paused meanwhile."""
    return say(_("Nothing is paused, so nothing has to be resumed."), home_buttons("today", "meds"))


def nothing_open() -> Answer:
    return say(
        _("Nothing that fits is waiting for an answer, so I haven't recorded anything."),
        home_buttons("today", "give"),
    )


def on_it(doses: Sequence[DoseFacts], *, member: Member) -> Answer:
    """Somebody sees to these doses of one or several people, as a button each: then I wait."""
    waiting = [dose for dose in doses if dose.status is DoseStatus.PENDING]
    people = {dose.care_recipient_id: dose for dose in waiting}
    if not people:
        return nothing_open()
    rows = []
    for dose in list(people.values())[:MAX_ROWS]:
        card = CardOfSlot(dose.due_at, 0)
        press = HoldSlot(family_id=member.family_id, person_id=dose.care_recipient_id, card=card)
        words = _("🙋 I'm on it: {person}").format(person=label(dose.person))
        rows.append((Button(words, press.encode()),))
    return say(
        _("Nothing is recorded yet. Shall I tell the others that you're on it?"), tuple(rows)
    )


def ask_later(doses: Sequence[DoseFacts], minutes: int | None, *, member: Member) -> Answer:
    """Snooze, as buttons: nothing that is typed moves a reminder by itself. *minutes* is how long
    they said, if they did.
    """
    if not doses:
        words = _("I no longer ask about that. You can still record what was given.")
        return say(words, home_buttons("give"))
    offered = [minutes] if minutes in SNOOZE_MINUTES else list(SNOOZE_MINUTES)
    if len(doses) > 1:
        offered = offered[:1] if minutes is None else [min(offered, key=lambda m: abs(m - minutes))]
    names = dose_labels(doses)
    rows = []
    for dose in doses[:MAX_ROWS]:
        for each in offered:
            words = _("⏰ Snooze {minutes} min").format(minutes=each)
            if len(doses) > 1:
                words = _("⏰ {minutes} min: {name}").format(minutes=each, name=names[dose.id])
            press = Snooze(family_id=member.family_id, dose_id=dose.id, minutes=each)
            rows.append((Button(words, press.encode()),))
    return say(_("When shall I ask again? Nothing is recorded yet."), tuple(rows))


def not_about_that(typed: str, buttons: Sequence[tuple[str, Press]]) -> Answer:
    """A reply that could not be read: what can be done with the message that it replies to."""
    words = _("I'm not sure what you mean by “{typed}”. This is what you can do with it:")
    keys = [Button(label, press.encode()) for label, press in buttons[:MAX_ROWS]]
    return say(words.format(typed=quoted(typed)), in_rows(keys))


def whose(note: str = "") -> Answer:
    """Of several people; the *note* can't be kept with what is tapped on a card."""
    answer = say(
        _("That could be for more than one person. Please tap the doses you mean."),
        home_buttons("today"),
    )
    if not note:
        return answer
    words = _("I can't keep “{note}” with them. You can add it afterwards with Correct.")
    return replace(answer, send=(*answer.send, Screen(words.format(note=quoted(note)))))


def given_by(name: str) -> str:
    """The note of what somebody else gave than who says so."""
    return _("given by {name}").format(name=name)


def correct_it() -> str:
    return _("I haven't changed anything yet. If you mean this record, tap Correct or Undo.")


def nothing_of_yours() -> str:
    return _("I haven't changed anything. I have no record of yours to correct in the last 2 days.")


def of_somebody_else(named: Sequence[tuple[str, str]]) -> Answer:
    """The medicine that was named is taken by somebody else; each with its person."""
    names = listed([f"{escape(name)} ({escape(person)})" for name, person in named])
    words = _("I only have that for somebody else: {names}. Nothing was recorded.")
    return say(words.format(names=names), home_buttons("meds"))
