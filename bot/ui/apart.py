"""Telling apart what has one name: two medicines, two doctors, two families.

On buttons above all, which are short: of what looks alike there, each gets the first of its parts
that makes a difference, "Aspirin (100 mg)" beside "Aspirin (81 mg)"; where none does, a number.
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
from bot.ui.words.schedules import dosage_in_words, schedule_in_words
from domain.contacts.doctors import DoctorFacts
from domain.database.scope import Member
from domain.family.families import FamilyFacts
from domain.medicines.doses.facts import DoseFacts
from domain.medicines.facts import MedicineLine
from domain.medicines.schedules.kinds import Schedule, WallClock
from domain.models.medicines import MedicineStatus

_END = 8  # of a name so long that only its end may differ
_WHOLE = 4_096  # where nothing has to be shortened
_COMPANY = 3  # names that stand for everybody in a family


@dataclass(frozen=True)
class Named:
    """Something with a name, and what may tell it apart, the most telling first.

    Of one `thing` there may be several (the doses of a medicine): these are not told apart.
    """

    name: str
    thing: Hashable
    parts: Sequence[str | None] = ()


def labels(items: Sequence[Named], *, to: int = LABEL) -> list[str]:
    """A label for each of *items* (no HTML), at most *to* wide, that no other thing has."""
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
    """Medicines of a family as buttons show them; with the names of several people, if wanted."""
    theirs = defaultdict[UUID, list[MedicineLine]](list)
    for line in lines:
        theirs[line.person_id].append(line)
    found: dict[UUID, str] = {}
    for medicines in theirs.values():
        told_apart = labels([_medicine(line, now) for line in medicines])
        found.update(zip((line.id for line in medicines), told_apart, strict=True))
    if not with_person:
        return [found[line.id] for line in lines]
    return [
        _("{person} · {name}").format(person=shorten(line.person, to=LABEL), name=found[line.id])
        for line in lines
    ]


def dose_labels(doses: Sequence[DoseFacts]) -> Mapping[UUID, str]:
    """What each of a person's doses is called where several stand side by side, by its id."""
    named = [
        Named(dose.name, dose.medication_id, (dose.dosage, f"{dose.local:%H:%M}")) for dose in doses
    ]
    return dict(zip((dose.id for dose in doses), labels(named), strict=True))


def dose_numbers(doses: Sequence[DoseFacts]) -> Mapping[UUID, str]:
    """What follows name and amount in a list, by the dose's id: nothing, or the number that its
    button has too, where another medicine's dose is the same in everything.
    """
    said = [f"{dose.local:%H:%M} {dose.name} {dose.given or dose.dosage}" for dose in doses]
    named = [Named(words, dose.medication_id) for words, dose in zip(said, doses, strict=True)]
    told_apart = labels(named, to=_WHOLE)
    return {
        dose.id: label.removeprefix(words)
        for dose, words, label in zip(doses, said, told_apart, strict=True)
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


def family_labels(families: Sequence[FamilyFacts], *, to: int = LABEL) -> list[str]:
    """Families that somebody is in; alike ones by who else is: "Smith (with Ben and Mum)"."""
    common = Counter(name for family in families for name in set(family.others_in_family))
    return labels(
        [Named(family.name, family.id, (_company(family, common),)) for family in families], to=to
    )


def family_in_words(family: FamilyFacts, others: Sequence[FamilyFacts]) -> str:
    """The whole name of one of somebody's families, told apart from the *others* (no HTML)."""
    return family_labels([family, *others], to=_WHOLE)[0]


def family_name(member: Member) -> str:
    """The name of the family that a member acts in (no HTML), told apart from another of theirs."""
    if not member.others_in_family:
        return member.family_name
    facts = FamilyFacts(member.family_id, member.family_name, member.others_in_family)
    return _("{name} ({part})").format(name=facts.name, part=_company(facts, Counter()))


def _company(family: FamilyFacts, common: Mapping[str, int]) -> str:
    """Who else is in it, beginning with those who are in no other."""
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
    return Named(line.name, line.id, (dosage, _times(line.schedule), when, status))


def _times(schedule: Schedule) -> str | None:
    """ "08:00, 20:00"."""
    if not isinstance(schedule, WallClock):
        return None
    return ", ".join(f"{at:%H:%M}" for at in schedule.times)


def _alike(
    items: Sequence[Named], added: Sequence[tuple[str, ...]], *, to: int
) -> Sequence[Sequence[int]]:
    """The places of different things that would have one label."""
    found = defaultdict[str, list[int]](list)
    for at, item in enumerate(items):
        found[_key(_label(item, added[at], to=to))].append(at)
    return [alike for alike in found.values() if len({items[at].thing for at in alike}) > 1]


def _part(item: Named, number: int) -> str:
    return (item.parts[number] or "") if number < len(item.parts) else ""


def _label(item: Named, added: tuple[str, ...], *, to: int) -> str:
    if not added:
        return shorten(item.name, to=to)
    words = shorten(", ".join(added), to=to * 3 // 5)  # the rest is the name's
    name = shorten(item.name, to=to - length(words) - 3)
    return _("{name} ({part})").format(name=name, part=words)


def _end(name: str, *, to: int) -> str | None:
    """The end of a name of which a label shows only the beginning."""
    return f"…{name[-_END:]}" if length(name) > to else None


@lru_cache(maxsize=10_000)  # a card is drawn again and again
def _key(words: str) -> str:
    return unaccented(fold_spaces(words))
