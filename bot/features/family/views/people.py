"""The people cared for: asking for one, and that one was added."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.ui.answer import Answer, Button, Screen, say
from bot.ui.apart import family_name
from bot.ui.length import MOST_ROWS, fitting, label
from bot.ui.presses.family import MovePerson, OwnClock, RenamePerson
from bot.ui.presses.history import PersonHistory
from bot.ui.presses.medicines import PausePerson, ResumePerson
from bot.ui.presses.overview import RunCommand
from bot.ui.presses.subjects import OfPerson
from bot.ui.wording import _, escape
from bot.ui.words.pauses import pause_words
from domain.access import Action, may
from domain.database.scope import Member
from domain.family.people import Person, PersonAdded


def ask_person_name() -> Screen:
    return Screen(_("Who do you look after? Type a name, for example <i>Mum</i>."))


def ask_place(name: str, nearest: Sequence[Button]) -> Screen:
    return Screen(
        _("In which city does {name} live? Reminders follow the clock there.").format(
            name=escape(name)
        ),
        tuple((button,) for button in nearest),
    )


def added(facts: PersonAdded) -> Answer:
    return say(
        _(
            "✅ <b>{person}</b> is in the family <b>{family}</b>, on the clock of {zone}.\n"
            "Next, add a medicine, for example\n"
            "<code>/addmed Aspirin 100 mg at 08:00</code>"
        ).format(
            person=escape(facts.person.name),
            family=escape(facts.family_name),
            zone=facts.person.zone.key.replace("_", " "),
        ),
        ((Button(_("➕ Add a medicine"), RunCommand(command="addmed").encode()),),),
    )


def people(found: Sequence[Person], *, member: Member, now: datetime) -> Answer:
    """`/people`: everybody, with the time it is where they live."""
    if not found:
        return say(_("Nobody is cared for yet. Type /addperson NAME in CITY."))
    lines = [_("👵 <b>People</b>, family {family}").format(family=escape(family_name(member)))]
    lines += fitting([_person(person, now=now) for person in found])
    own = Button(_("🕑 My own clock"), OwnClock(family_id=member.family_id).encode())
    if not may(member.role, Action.ADD_PERSON):
        return say("\n".join(lines), ((own,),))

    def button(words: str, kind: type[OfPerson], person: Person) -> Button:
        return Button(words, kind(family_id=member.family_id, person_id=person.id).encode())

    rows: list[tuple[Button, ...]] = []
    for person in found[: MOST_ROWS // 2]:
        rename = _("✏️ {name}").format(name=label(person.name))
        rows.append(
            (
                button(rename, RenamePerson, person),
                button(_("📜 History"), PersonHistory, person),
            )
        )
        rows.append(
            (
                button(_("🌍 Move"), MovePerson, person),
                button(_("▶️ Resume"), ResumePerson, person)
                if person.pause
                else button(_("⏸ Pause"), PausePerson, person),
            )
        )
    add = Button(_("➕ Add somebody"), RunCommand(command="addperson").encode())
    return say("\n".join(lines), (*rows, (add, own)))


def ask_alike(existing: str, *, name: str, buttons: Sequence[Button]) -> Screen:
    """Somebody has nearly that name."""
    words = _(
        "⚠️ There is somebody called <b>{existing}</b> already. Is <b>{name}</b> another person?"
    )
    return Screen(
        words.format(existing=escape(existing), name=escape(name)),
        tuple((button,) for button in buttons),
    )


def another_label() -> str:
    return _("✅ Save: it is another person")


def _person(person: Person, *, now: datetime) -> str:
    line = _("• <b>{name}</b>, {zone}: {time}").format(
        name=escape(person.name),
        zone=person.zone.key.replace("_", " "),
        time=f"{now.astimezone(person.zone):%H:%M}",
    )
    if person.pause is None:
        return line
    return f"{line}\n⏸ {pause_words(person.pause, zone=person.zone, now=now)}"


def ask_new_name(name: str) -> Screen:
    return Screen(_("What shall I call {name} from now on?").format(name=escape(name)))


def renamed(person: Person) -> Answer:
    return say(_("✅ From now on: <b>{name}</b>.").format(name=escape(person.name)))


def moved(person: Person, *, now: datetime) -> Answer:
    return say(
        _(
            "✅ <b>{name}</b> lives by the clock of {zone} now, where it is {time}. What is due"
            " follows it; what was asked for already stays."
        ).format(
            name=escape(person.name),
            zone=person.zone.key.replace("_", " "),
            time=f"{now.astimezone(person.zone):%H:%M}",
        )
    )


def ask_own_place(nearest: Sequence[Button]) -> Screen:
    return Screen(
        _("In which city are you yourself? I then show times by your clock too."),
        tuple((button,) for button in nearest),
    )


def own_clock_set(zone: ZoneInfo, *, now: datetime) -> Answer:
    return say(
        _("✅ Your own clock is that of {zone}: it is {time} there.").format(
            zone=zone.key.replace("_", " "), time=f"{now.astimezone(zone):%H:%M}"
        )
    )
