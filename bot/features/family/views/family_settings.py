"""The family's settings: what happens when nobody answers, and who is asked first."""

from collections.abc import Sequence
from datetime import timedelta

from bot.features.family.views import groups
from bot.features.family.views.settings import level_in_words, settings_button
from bot.ui.answer import Answer, Button, Keyboard, Screen
from bot.ui.buttons import in_rows
from bot.ui.distinct_labels import family_name
from bot.ui.length import MAX_ROWS, fitting, label
from bot.ui.presses.family import AskFirst, SetFamilyLadder, SetWindow
from bot.ui.wording import _, escape, listed, ngettext
from bot.ui.words.ladders import button_words, plan_words
from domain.database.scope import Member
from domain.family.group.reading import GroupFacts
from domain.family.settings.asked_first import AskedFirst
from domain.family.settings.asked_first_notice import AskedFirstFacts
from domain.family.settings.overview import SettingsFacts
from domain.medicines.doses.ladder import WINDOWS
from domain.models.family import Hears, LadderPlan

_HOUR = timedelta(hours=1)


def family_settings(
    facts: SettingsFacts, window: timedelta, group: GroupFacts | None, *, member: Member
) -> Screen:
    """Everybody sees what holds for the family; its admins can change it."""
    lines = [
        _("👪 <b>Settings for the family</b> {family}").format(family=escape(family_name(member))),
        "",
        _("🪜 <b>When nobody answers</b>"),
        plan_words(facts.ladder),
        _("A medicine can have its own: open it with /meds."),
        _("⏳ I wait {hours} for an answer, or until the next dose if that's sooner.").format(
            hours=_hours(window)
        ),
        "",
    ]
    if facts.asked_first:
        lines += [_("👥 <b>Asked first about doses</b>"), *map(_asked_line, facts.asked_first), ""]
    lines += [*groups.settings_lines(group), ""]
    if not facts.may_change:
        lines.append(_("Only an admin can change what holds for the family."))
    rows: Keyboard = ()
    if facts.may_change:
        rows = (*_rows(facts, window, member), *groups.settings_rows(group, member=member))
    return Screen("\n".join(fitting(lines)), (*rows, (settings_button(),)))


def _hours(window: timedelta) -> str:
    count = window // _HOUR
    return ngettext("{count} hour", "{count} hours", count).format(count=count)


def _asked_line(asked: AskedFirst) -> str:
    names = listed([each.name for each in asked.named])
    words = _("• {person}: {names}")
    if len(asked.named) == len(asked.candidates):
        words = _("• {person}: everybody ({names})")
    return words.format(person=escape(asked.person), names=escape(names))


def _rows(facts: SettingsFacts, window: timedelta, member: Member) -> Keyboard:
    family_id = member.family_id
    plans = [
        Button(button_words(plan), SetFamilyLadder(family_id=family_id, plan=plan).encode())
        for plan in LadderPlan
        if plan is not facts.ladder
    ]
    windows = [
        Button(
            _("⏳ Wait {hours}").format(hours=_hours(each)),
            SetWindow(family_id=family_id, hours=each // _HOUR).encode(),
        )
        for each in WINDOWS
        if each != window
    ]
    asked = [
        Button(
            label(_("👥 Asked first: {person}").format(person=each.person)),
            AskFirst(family_id=family_id, person_id=each.person_id).encode(),
        )
        for each in facts.asked_first[:MAX_ROWS]
        if len(each.candidates) > 1
    ]
    return (*in_rows(plans), tuple(windows), *in_rows(asked))


def ladder_set(screen: Screen, plan: LadderPlan) -> Answer:
    return Answer(toast=plan_words(plan), alert=True, edit=screen)


def window_set(screen: Screen, window: timedelta) -> Answer:
    words = _("From the next doses on I wait {hours} for an answer.")
    return Answer(toast=words.format(hours=_hours(window)), edit=screen)


def ask_who(
    person: str, chosen: Sequence[str], *, buttons: Sequence[Button], unreachable: Sequence[str]
) -> Screen:
    """The *chosen* are asked first; without any, everybody is. The *buttons* are the members."""
    lines = [_("Who should I ask first about doses of <b>{person}</b>?")]
    if chosen:
        lines.append(_("Now chosen: {names}. If they don't answer, I tell the others."))
    else:
        lines.append(_("Now: everybody. Tap those whom I should ask first."))
    if unreachable:
        lines.append(_("⚠️ I can't write to {unreachable} yet: they have to open me and tap Start."))
    words = "\n".join(lines)
    return Screen(
        words.format(
            person=escape(person),
            names=escape(listed(chosen)),
            unreachable=escape(listed(unreachable)),
        ),
        in_rows(buttons),
    )


def member_label(name: str, *, is_chosen: bool) -> str:
    return label(("☑️ " if is_chosen else "⬜ ") + name)


def save_label() -> str:
    return _("✅ Save")


def asked_first_set(asked: AskedFirst) -> Screen:
    names = listed([each.name for each in asked.named])
    words = _("✅ From the next reminder on, I ask {names} first about {person}.")
    if len(asked.named) == len(asked.candidates):
        words = _("✅ From the next reminder on, I ask everybody about {person}: {names}.")
    text = words.format(names=escape(names), person=escape(asked.person))
    return Screen(text, ((settings_button(),),))


def asked_first_changed(facts: AskedFirstFacts) -> Screen:
    """To a member who is asked first from now on, or not any more."""
    words = _(
        "👥 {by} has set that I ask you first about doses of <b>{person}</b> (family {family})."
    )
    if facts.by_hears is not None:
        return Screen(_stepped_back(facts))
    if not facts.is_asked:
        words = _(
            "👥 {by} has set that I ask {names} first about doses of <b>{person}</b> (family "
            "{family}). I tell you if nobody answers."
        )
    return Screen(
        words.format(
            by=escape(facts.by),
            person=escape(facts.person),
            family=escape(facts.family_name),
            names=escape(listed(list(facts.names))),
        )
    )


def _stepped_back(facts: AskedFirstFacts) -> str:
    """Who has chosen to hear less, or everything again."""
    words = _(
        "👥 {by} no longer gets reminders about <b>{person}</b>, only {what} (family {family}). "
        "I ask {names} about doses."
    )
    if facts.by_hears is Hears.EVERYTHING:
        words = _(
            "👥 {by} gets all reminders about <b>{person}</b> again (family {family}). I ask "
            "{names} about doses."
        )
    return words.format(
        by=escape(facts.by),
        person=escape(facts.person),
        what=level_in_words(facts.by_hears or Hears.EVERYTHING),
        family=escape(facts.family_name),
        names=escape(listed(list(facts.names))),
    )
