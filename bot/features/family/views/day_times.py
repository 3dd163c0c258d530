"""The times of a person's day: which they are, asking for others, and what moves with them."""

from collections.abc import Sequence

from bot.ui.answer import Answer, Button, Screen, say
from bot.ui.buttons import in_rows, undo_button
from bot.ui.length import fitting
from bot.ui.presses.family import SetDayTimes
from bot.ui.wording import _, escape
from bot.ui.words.regimens.day_times import day_times_label, moves_in_words
from bot.ui.words.regimens.parts_of_day import part_name, time_in_words
from domain.database.scope import Member
from domain.medicines.changes.day_times import PartChange, Retiming
from domain.medicines.schedules.moments import DayTimes, PartOfDay


def ask_parts(name: str, day: DayTimes, buttons: Sequence[Button]) -> Screen:
    """All parts of the day with their times."""
    lines = [_("🕗 <b>{name}</b>'s day:").format(name=escape(name))]
    lines += [_("• {time}").format(time=_part_now(day, part)) for part in PartOfDay]
    lines.append(
        _(
            "Medicines given “before breakfast” or “at bedtime” follow these times. Tap one to "
            "change it, or type several, for example: <i>breakfast 7:30, bedtime 23:00</i>"
        )
    )
    return Screen("\n".join(lines), in_rows(buttons, of=2))


def _part_now(day: DayTimes, part: PartOfDay) -> str:
    words = _("{part} {time}")
    if part not in day.named:
        words = _("{part} {time} (assumed)")
    return words.format(part=part_name(part), time=time_in_words(day.at(part)))


def part_label(day: DayTimes, part: PartOfDay) -> str:
    """On the button of a part of the day."""
    name = part_name(part)
    return _("{part} {time}").format(
        part=name[:1].upper() + name[1:], time=time_in_words(day.at(part))
    )


def ask_time(name: str, part: PartOfDay, day: DayTimes, buttons: Sequence[Button]) -> Screen:
    words = _("When is {part} for {name}? Now it's {time}. Tap a time, or type another one.")
    if part not in day.named:
        words = _(
            "When is {part} for {name}? Nobody has told me, so I assume {time}. Tap a time, or "
            "type another one."
        )
    return Screen(
        words.format(name=escape(name), part=part_name(part), time=time_in_words(day.at(part))),
        in_rows(buttons, of=3),
    )


def changes_in_words(parts: Sequence[PartChange]) -> Sequence[str]:
    """ "breakfast 07:30 (before: 08:00)" for each (no HTML)."""
    return [_change_in_words(change) for change in parts]


def _change_in_words(change: PartChange) -> str:
    words = _("{part} {time} (before: {before})") if change.is_effective else _("{part} {time}")
    return words.format(
        part=part_name(change.part),
        time=time_in_words(change.after),
        before=time_in_words(change.before),
    )


def out_of_order_in_words(earlier: PartOfDay, later: PartOfDay) -> str:
    """Of a day on which *earlier* would no longer come before *later* (no HTML)."""
    words = _("⚠️ Then {earlier} wouldn't be before {later}. Is that right?")
    return words.format(earlier=part_name(earlier), later=part_name(later))


def confirm(
    name: str,
    *,
    changes: Sequence[str],
    moves: Sequence[str],
    warning: str | None,
    buttons: tuple[Button, Button, Button],
) -> Screen:
    """What would be saved, and what moves with it."""
    save, change, cancel = buttons
    lines = [_("For <b>{name}</b>:").format(name=escape(name))]
    lines += [_("🕗 {change}").format(change=escape(each)) for each in changes]
    if moves:
        lines += fitting([_("💊 {move}").format(move=escape(each)) for each in moves])
        lines.append(_("Doses I've already asked about stay as they are."))
    if warning is not None:
        lines.append(escape(warning))
    return Screen("\n".join(lines), ((save,), (change, cancel)))


def saved(retiming: Retiming, *, member: Member) -> Answer:
    """The new times, and what has moved."""
    lines = [_("✅ Saved for <b>{name}</b>:").format(name=escape(retiming.person.name))]
    lines += [
        _("🕗 {change}").format(change=escape(each)) for each in changes_in_words(retiming.parts)
    ]
    moves = moves_in_words(retiming.moved)
    lines += fitting([_("💊 {move}").format(move=escape(each)) for each in moves])
    again = SetDayTimes(family_id=member.family_id, person_id=retiming.person.id)
    return say("\n".join(lines), ((undo_button(), Button(day_times_label(), again.encode())),))


def same_as_before() -> Screen:
    return Screen(_("It's already like this, so nothing has changed."))
