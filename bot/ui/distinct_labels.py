"""Makes things with the same name distinguishable: two medicines, two doctors, two families.

This matters most on buttons, which are short. Of things that look alike there, each gets the first
of its parts that tells it apart, "Aspirin (100 mg)" beside "Aspirin (81 mg)"; if none does, a
number.
"""

from collections import Counter, defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from uuid import UUID

from bot.grammar.tokens import fold_spaces, unaccented
from bot.ui.length import LABEL, length, shorten
from bot.ui.wording import _, listed
from bot.ui.words.phones import last_digits
from bot.ui.words.regimens.schedules import dosage_in_words, schedule_in_words
from bot.ui.words.times import show_clock
from domain.contacts.doctors import DoctorFacts
from domain.contacts.emergency_contacts import ContactFacts
from domain.database.scope import Member
from domain.family.families import FamilyFacts
from domain.medicines.doses.facts import DoseFacts
from domain.medicines.facts import MedicineLine
from domain.medicines.schedules.kinds import Combined, Schedule, WallClock, wall_clocks_of
from domain.models.medicines import MedicineStatus

_END = 8  # length of the end of a name so long that it may only differ there
_WHOLE = 4_096  # enough that nothing is shortened
_COMPANY = 3  # how many names stand for everybody in a family


@dataclass(frozen=True)
class Named:
    """Something with a name, and the parts that may distinguish it, the most useful first.

    Items with the same `thing` (the doses of one medicine) are not distinguished from each other.
    """

    name: str
    thing: Hashable
    parts: Sequence[str | None] = ()


def labels(items: Sequence[Named], *, to: int = LABEL) -> list[str]:
    """A label for each of *items* (no HTML), at most *to* wide, that no other thing shares."""
    added: list[tuple[str, ...]] = [()] * len(items)
    if not _alike(items, added, to=to):
        return [_label(item, (), to=to) for item in items]
    items = [replace(item, parts=(*item.parts, _end(item.name, to=to))) for item in items]
    for number in range(max((len(item.parts) for item in items), default=0)):
        for alike in _alike(items, added, to=to):
            parts = {at: _part(items[at], number) for at in alike}
            if len({_key(part) for part in parts.values()}) > 1:
                for at, part in parts.items():
                    added[at] = (*added[at], part) if part else added[at]
    for alike in _alike(items, added, to=to):
        things = list(dict.fromkeys(items[at].thing for at in alike))
        for at in alike:
            number = things.index(items[at].thing) + 1
            added[at] = (_("no. {number}").format(number=number), *added[at])
    return [_label(item, more, to=to) for item, more in zip(items, added, strict=True)]


def medicine_labels(
    lines: Sequence[MedicineLine], *, with_person: bool, now: datetime
) -> list[str]:
    """Medicines of a family as buttons show them, with the names of several people if wanted."""
    theirs = defaultdict[UUID, list[MedicineLine]](list)
    for line in lines:
        theirs[line.person_id].append(line)
    found: dict[UUID, str] = {}
    for medicines in theirs.values():
        distinct_names = labels([_medicine(line, now) for line in medicines])
        found.update(zip((line.id for line in medicines), distinct_names, strict=True))
    if not with_person:
        return [found[line.id] for line in lines]
    return [
        _("{person} · {name}").format(person=shorten(line.person, to=LABEL), name=found[line.id])
        for line in lines
    ]


def dose_labels(doses: Sequence[DoseFacts]) -> Mapping[UUID, str]:
    """A label for each of a person's doses, by its id, for when several are listed together."""
    named = [
        Named(dose.name, dose.medication_id, (dose.dosage, show_clock(dose.local)))
        for dose in doses
    ]
    return dict(zip((dose.id for dose in doses), labels(named), strict=True))


def dose_numbers(doses: Sequence[DoseFacts]) -> Mapping[UUID, str]:
    """What to add after name and amount in a list, by the dose's id: the number that its button
    also shows if another medicine's dose is identical, otherwise nothing.
    """
    said = [f"{show_clock(dose.local)} {dose.name} {dose.given or dose.dosage}" for dose in doses]
    named = [Named(words, dose.medication_id) for words, dose in zip(said, doses, strict=True)]
    distinct_names = labels(named, to=_WHOLE)
    return {
        dose.id: label.removeprefix(words)
        for dose, words, label in zip(doses, said, distinct_names, strict=True)
    }


def doctor_labels(doctors: Sequence[DoctorFacts]) -> list[str]:
    return labels(
        [
            Named(
                doctor.name,
                doctor.id,
                (
                    doctor.specialty,
                    last_digits(doctor.phone) if doctor.phone else None,
                    _("for {person}").format(person=doctor.person),
                    doctor.address,
                ),
            )
            for doctor in doctors
        ]
    )


def contact_labels(contacts: Sequence[ContactFacts]) -> list[str]:
    return labels(
        [
            Named(
                contact.name,
                contact.id,
                (
                    contact.relation,
                    last_digits(contact.phone),
                    _("for {person}").format(person=contact.person) if contact.person else None,
                ),
            )
            for contact in contacts
        ]
    )


def family_labels(families: Sequence[FamilyFacts], *, to: int = LABEL) -> list[str]:
    """Families somebody belongs to, told apart by their members if the names match: "Smith (with
    Ben and Mum)".
    """
    common = Counter(name for family in families for name in set(family.others_in_family))
    return labels(
        [Named(family.name, family.id, (_company(family, common),)) for family in families], to=to
    )


def family_in_words(family: FamilyFacts, others: Sequence[FamilyFacts]) -> str:
    """The full name of one of somebody's families, distinct from the *others* (no HTML)."""
    return family_labels([family, *others], to=_WHOLE)[0]


def family_name(member: Member) -> str:
    """The name of the member's current family (no HTML), distinct from their other families."""
    if not member.others_in_family:
        return member.family_name
    facts = FamilyFacts(member.family_id, member.family_name, member.others_in_family)
    return _("{name} ({part})").format(name=facts.name, part=_company(facts, Counter()))


def _company(family: FamilyFacts, common: Mapping[str, int]) -> str:
    """Its other members, starting with those who are in no other family."""
    names = sorted(family.others_in_family, key=lambda name: common[name])[:_COMPANY]
    if not names:
        return _("only you")
    return _("with {names}").format(names=listed(names))


def _medicine(line: MedicineLine, now: datetime) -> Named:
    status = {
        MedicineStatus.STOPPED: _("stopped"),
        MedicineStatus.PAUSED: _("paused"),
        MedicineStatus.ACTIVE: None,
    }[line.status]
    today = now.astimezone(line.zone).date()
    when = schedule_in_words(line.schedule, zone=line.zone, today=today)
    dosage = dosage_in_words(line.dosage, line.schedule)
    parts = (dosage, _times(line.schedule), when, line.reason, status)
    return Named(line.name, line.id, parts)


def _times(schedule: Schedule) -> str | None:
    """ "08:00, 20:00"."""
    if not isinstance(schedule, WallClock | Combined):
        return None
    times = {at for plan in wall_clocks_of(schedule) for at in plan.times}
    return ", ".join(show_clock(at) for at in sorted(times))


def _alike(
    items: Sequence[Named], added: Sequence[tuple[str, ...]], *, to: int
) -> Sequence[Sequence[int]]:
    """The positions of different things that would get the same label."""
    found = defaultdict[str, list[int]](list)
    for at, item in enumerate(items):
        found[_key(_label(item, added[at], to=to))].append(at)
    return [alike for alike in found.values() if len({items[at].thing for at in alike}) > 1]


def _part(item: Named, number: int) -> str:
    return (item.parts[number] or "") if number < len(item.parts) else ""


def _label(item: Named, added: tuple[str, ...], *, to: int) -> str:
    if not added:
        return shorten(item.name, to=to)
    words = shorten(", ".join(added), to=to * 3 // 5)  # the name gets the rest
    name = shorten(item.name, to=to - length(words) - 3)
    return _("{name} ({part})").format(name=name, part=words)


def _end(name: str, *, to: int) -> str | None:
    """The end of a name whose label only shows the beginning."""
    return f"…{name[-_END:]}" if length(name) > to else None


@lru_cache(maxsize=10_000)  # cards are rendered again and again
def _key(words: str) -> str:
    return unaccented(fold_spaces(words))
