"""The amounts that a schedule itself specifies, by place."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from domain.medicines.dosages import Dosage
from domain.medicines.facts import Content
from domain.medicines.schedule_changes.questions import AskPlace, Place, Unclear
from domain.medicines.schedules.kinds import (
    Combined,
    Schedule,
    Steps,
    WallClock,
    is_over,
    wall_clocks_of,
)

ALL = "all"
STRENGTH = "strength"


def places_of(content: Content, *, today: date) -> tuple[Place, ...]:
    """A medicine's individual amounts; empty if they are all the same. Steps and plans that have
    ended by *today* are left out.
    """
    schedule = content.schedule
    match schedule:
        case WallClock(dosages=dosages) if dosages and len(set(dosages)) > 1:
            pairs = zip(schedule.times, dosages, strict=True)
            return tuple(Place(f"t{n}", much, (at,)) for n, (at, much) in enumerate(pairs))
        case Steps():
            found = [
                place
                for number, step in enumerate(schedule.steps)
                if not is_over(step, today)
                for place in _places_of_step(number, step)
            ]
            return tuple(found) if len(found) > 1 else ()
        case Combined(plans=plans):
            ahead = [(n, plan) for n, plan in enumerate(plans) if not is_over(plan, today)]
            amounts = {each for _, plan in ahead for each in plan.dosages or ()}
            if len(amounts) < 2:
                return ()
            return tuple(place for n, plan in ahead for place in _places_of_plan(n, plan))
        case _:
            return ()


def _places_of_plan(number: int, plan: WallClock) -> Sequence[Place]:
    dosages = plan.dosages or ()
    if len(set(dosages)) == 1:
        return [place_of_whole_plan(number, plan)]
    return [
        Place(f"p{number}t{n}", much, (at,), days=plan.days)
        for n, (at, much) in enumerate(zip(plan.times, dosages, strict=True))
    ]


def _places_of_step(number: int, step: WallClock) -> Sequence[Place]:
    dosages = step.dosages or ()
    if len(set(dosages)) == 1:
        return [place_of_whole_step(number, step)]
    return [
        Place(f"s{number}t{n}", much, (at,), number + 1)
        for n, (at, much) in enumerate(zip(step.times, dosages, strict=True))
    ]


def own_dosages(schedule: Schedule) -> Sequence[Dosage]:
    """The amounts that a schedule itself specifies; empty if the medicine's dosage applies."""
    return [dosage for part in wall_clocks_of(schedule) for dosage in part.dosages or ()]


def strength_of(content: Content) -> Dosage | None:
    """The strength if the schedule specifies the amounts: "5 mg", given as 1 and ½ tablet."""
    own = own_dosages(content.schedule)
    return content.dosage if own and content.dosage not in own else None


def place_of_whole_step(number: int, step: WallClock) -> Place:
    return Place(f"s{number}", (step.dosages or ())[0], step.times, number + 1)


def place_of_whole_plan(number: int, plan: WallClock) -> Place:
    amounts = set(plan.dosages or ())
    amount = amounts.pop() if len(amounts) == 1 else None
    return Place(f"p{number}", amount, plan.times, days=plan.days, ends_on=plan.ends_on)


def number_of(place: str | None, kind: str) -> int | None:
    """The number of the step ("s") or plan ("p") that the key of a place names, if it does."""
    if place is None or place == STRENGTH or not place.startswith(kind):
        return None
    return int(place[1:].partition("t")[0])


def _whole_place(schedule: Schedule) -> tuple[Place, ...]:
    """The one amount for all times."""
    own = own_dosages(schedule)
    times = {at for part in wall_clocks_of(schedule) for at in part.times}
    return (Place(ALL, own[0], tuple(sorted(times))),)


def with_settled_dosage(content: Content, *, before: Content) -> Content:
    """The content with its strength beside the name or, without one, its first amount."""
    schedule = content.schedule
    own = own_dosages(schedule)
    was_strength = strength_of(before) is not None
    if not own or was_strength:
        return content
    if isinstance(schedule, WallClock) and len(set(own)) == 1:
        return replace(content, dosage=own[0], schedule=replace(schedule, dosages=None))
    if isinstance(schedule, Combined) and len(set(own)) == 1:
        plans = tuple(replace(plan, dosages=None) for plan in schedule.plans)
        return replace(content, dosage=own[0], schedule=Combined(plans))
    if own_dosages(before.schedule):
        return replace(content, dosage=own[0])
    # Its dosage used to be the amount. If the unit is the same, it isn't a strength.
    is_alike = content.dosage.unit in {each.unit for each in own}
    return replace(content, dosage=own[0]) if is_alike else content


def with_amount(
    content: Content, amount: Dosage, *, place: str | None, before: Content, today: date
) -> Content:
    """*content* with *amount*, at *place* if it has several. Raises Unclear without one."""
    schedule = content.schedule
    strength = strength_of(content)
    if not own_dosages(schedule) or place == STRENGTH:
        return replace(content, dosage=amount)
    places = places_of(content, today=today)
    if amount.unit is not None and amount.unit in {d.unit for d in own_dosages(schedule)}:
        strength = None  # the unit is that of the amounts
    if place is None and (len(places) > 1 or strength is not None):
        raise Unclear(AskPlace(places or _whole_place(schedule), strength))
    changed = _with_amount_at(schedule, amount, place=place or ALL, today=today)
    return with_settled_dosage(replace(content, schedule=changed), before=before)


def _with_amount_at(schedule: Schedule, amount: Dosage, *, place: str, today: date) -> Schedule:
    match schedule:
        case WallClock():
            return _with_amount_at_times(schedule, amount, place=place.removeprefix("t"))
        case Steps(steps=steps):
            number, _t, at = place.removeprefix("s").partition("t")
            return Steps(_with_amount_in(steps, amount, number, at=at or ALL, today=today))
        case Combined(plans=plans):
            number, _t, at = place.removeprefix("p").partition("t")
            return Combined(_with_amount_in(plans, amount, number, at=at or ALL, today=today))
        case _:
            return schedule


def _with_amount_in(
    parts: Sequence[WallClock], amount: Dosage, number: str, *, at: str, today: date
) -> tuple[WallClock, ...]:
    """*amount* in the step or plan with that number, or in all of them; what is over stays."""
    return tuple(
        each
        if is_over(each, today) or number not in (str(n), ALL)
        else _with_amount_at_times(each, amount, place=at)
        for n, each in enumerate(parts)
    )


def _with_amount_at_times(schedule: WallClock, amount: Dosage, *, place: str) -> WallClock:
    """*amount* at the time with that number, or at all of them."""
    dosages = schedule.dosages or ()
    return replace(
        schedule,
        dosages=tuple(
            amount if place in (str(number), ALL) else each for number, each in enumerate(dosages)
        ),
    )
