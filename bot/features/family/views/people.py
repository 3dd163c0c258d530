"""The people cared for: asking for one, and confirming that one was added."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.ui.answer import Answer, Button, Keyboard, Screen, say
from bot.ui.distinct_labels import Named, family_name, labels
from bot.ui.length import LABEL, MAX_ROWS, fitting
from bot.ui.presses.family import MovePerson, OwnClock, RenamePerson, SetDayTimes
from bot.ui.presses.history import PersonHistory, RemovePerson
from bot.ui.presses.medicines import PausePerson, ResumePerson
from bot.ui.presses.overview import RunCommand
from bot.ui.presses.subjects import OfPerson
from bot.ui.turned_away import nobody_cared_for
from bot.ui.wording import _, escape
from bot.ui.words.dose_times import place_name, zone_words
from bot.ui.words.pauses import pause_words
from bot.ui.words.regimens.day_times import day_times_label
from bot.ui.words.times import show_clock
from domain.access import Action, may
from domain.database.scope import Member
from domain.family.people import Person, PersonAdded


def ask_person_name() -> Screen:
    return Screen(_("Who do you look after? Type a name, for example <i>Mum</i>."))


def ask_place(name: str, nearest: Sequence[Button]) -> Screen:
    return Screen(
        _("Which city does {name} live in? Reminders follow the clock there.").format(
            name=escape(name)
        ),
        tuple((button,) for button in nearest),
    )


def added(facts: PersonAdded) -> Answer:
    return say(
        _(
            "✅ <b>{person}</b> is in the family <b>{family}</b>, on {place} time.\n"
            "Next, add a medicine, for example\n"
            "<code>/addmed Aspirin 100 mg at 08:00</code>"
        ).format(
            person=escape(facts.person.name),
            family=escape(facts.family_name),
            place=place_name(facts.person.zone),
        ),
        ((Button(_("➕ Add a medicine"), RunCommand(command="addmed").encode()),),),
    )


def people(found: Sequence[Person], *, member: Member, now: datetime) -> Answer:
    """`/people`: everybody, with their local time."""
    if not found:
        words = nobody_cared_for(member.role, is_restricted=member.is_restricted)
        if not may(member.role, Action.ADD_PERSON):
            return say(words)
        press = RunCommand(family_id=member.family_id, command="addperson")
        add = Button(_("➕ Add a person"), press.encode())
        return say(words, ((add,),))
    lines = [_("👵 <b>People</b>, family {family}").format(family=escape(family_name(member)))]
    lines += fitting([_person(person, now=now) for person in found])
    own = Button(_("🕑 My time zone"), OwnClock(family_id=member.family_id).encode())
    if not may(member.role, Action.ADD_PERSON):
        return say("\n".join(lines), ((own,),))

    shown = found[: MAX_ROWS // 3]
    names = labels([Named(person.name, person.id) for person in shown], to=LABEL // 2)
    rows: list[tuple[Button, ...]] = []
    for person, name in zip(shown, names, strict=True):
        rows += _person_rows(person, name=name if len(found) > 1 else None, member=member)
    add = Button(_("➕ Add somebody"), RunCommand(command="addperson").encode())
    return say("\n".join(lines), (*rows, (add, own)))


def _person_rows(person: Person, *, name: str | None, member: Member) -> Keyboard:
    """What can be done about somebody; *name* tells their buttons from those of others."""
    about = f": {name}" if name else ""

    def button(words: str, kind: type[OfPerson]) -> Button:
        return Button(words, kind(family_id=member.family_id, person_id=person.id).encode())

    rename = _("✏️ Rename {name}").format(name=name) if name else _("✏️ Rename")
    return (
        (button(rename, RenamePerson), button(_("📜 History") + about, PersonHistory)),
        (
            button(_("🌍 Change city") + about, MovePerson),
            button(_("▶️ Resume") + about, ResumePerson)
            if person.pause
            else button(_("⏸ Pause") + about, PausePerson),
        ),
        (
            button(day_times_label() + about, SetDayTimes),
            *(
                (button(_("🗑 Remove") + about, RemovePerson),)
                if may(member.role, Action.REMOVE_PERSON)
                else ()
            ),
        ),
    )


def ask_alike(existing: str, *, name: str, buttons: Sequence[Button]) -> Screen:
    """Somebody has a similar name."""
    words = _(
        "⚠️ There's already somebody called <b>{existing}</b>. Is <b>{name}</b> a different person?"
    )
    return Screen(
        words.format(existing=escape(existing), name=escape(name)),
        tuple((button,) for button in buttons),
    )


def another_label() -> str:
    return _("✅ Save: it's a different person")


def _person(person: Person, *, now: datetime) -> str:
    line = _("• <b>{name}</b>, {zone} (now {time})").format(
        name=escape(person.name),
        zone=zone_words(person.zone),
        time=show_clock(now.astimezone(person.zone)),
    )
    if person.pause is None:
        return line
    return f"{line}\n⏸ {pause_words(person.pause, zone=person.zone, now=now)}"


def ask_new_name(name: str) -> Screen:
    return Screen(_("What should I call {name} from now on?").format(name=escape(name)))


def renamed(person: Person) -> Answer:
    return say(_("✅ Renamed to <b>{name}</b>.").format(name=escape(person.name)))


def moved(person: Person, *, now: datetime) -> Answer:
    return say(
        _(
            "✅ <b>{name}</b> is now on {place} time: it's {time} there. Upcoming doses follow "
            "that clock. Doses I've already asked about stay as they are."
        ).format(
            name=escape(person.name),
            place=place_name(person.zone),
            time=show_clock(now.astimezone(person.zone)),
        )
    )


def ask_own_place(nearest: Sequence[Button]) -> Screen:
    return Screen(
        _("Which city are you in? I'll show times by your clock, too."),
        tuple((button,) for button in nearest),
    )


def own_clock_set(zone: ZoneInfo, *, now: datetime) -> Answer:
    return say(
        _("✅ I've set your time zone to {zone}: it's {time} there.").format(
            zone=zone_words(zone), time=show_clock(now.astimezone(zone))
        )
    )
