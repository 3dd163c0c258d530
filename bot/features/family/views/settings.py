"""/settings: what happens when nobody answers, who is asked first, and what the reader hears."""

from collections.abc import Sequence

from bot.ui.answer import Answer, Button, Screen
from bot.ui.buttons import in_rows
from bot.ui.distinct_labels import family_name
from bot.ui.length import MAX_ROWS, fitting, label
from bot.ui.presses.family import AskFirst, OwnClock, SendTest, SetFamilyLadder
from bot.ui.presses.overview import RunCommand, SetChangeNotices
from bot.ui.wording import _, escape, listed
from bot.ui.words.ladders import button_words, plan_words
from domain.database.scope import Member
from domain.family.settings.asked_first import AskedFirst
from domain.family.settings.asked_first_notice import AskedFirstFacts
from domain.family.settings.overview import SettingsFacts
from domain.family.settings.test_message import TestFacts
from domain.family.unreachable import UnreachableFacts
from domain.models.family import LadderPlan


def settings(facts: SettingsFacts, *, member: Member) -> Screen:
    """Everybody sees what holds for the family; its admins can change it."""
    lines = [
        _("⚙️ <b>Settings</b>, family {family}").format(family=escape(family_name(member))),
        "",
        _("🪜 <b>When nobody answers</b>"),
        plan_words(facts.ladder),
        _("A medicine can have its own: open it with /meds."),
        "",
    ]
    if facts.asked_first:
        lines += [_("👥 <b>Asked first about doses</b>"), *map(_asked_line, facts.asked_first), ""]
    lines.append(
        _("🔔 I tell you what others change.")
        if facts.hears_of_changes
        else _("🔕 I don't tell you what others change.")
    )
    if not facts.may_change:
        lines.append(_("Only an admin can change what holds for the family."))
    return Screen("\n".join(fitting(lines)), in_rows(_buttons(facts, member)))


def _asked_line(asked: AskedFirst) -> str:
    names = listed([each.name for each in asked.named])
    words = _("• {person}: {names}")
    if not any(each.is_named for each in asked.candidates):
        words = _("• {person}: everybody ({names})")
    return words.format(person=escape(asked.person), names=escape(names))


def _buttons(facts: SettingsFacts, member: Member) -> Sequence[Button]:
    family_id = member.family_id
    hears = SetChangeNotices(family_id=family_id, is_wanted=not facts.hears_of_changes)
    tell = _("🔔 Tell me what others change")
    own = [
        Button(_("🧪 Send me a test reminder"), SendTest(family_id=family_id).encode()),
        Button(_("🕑 My own clock"), OwnClock(family_id=family_id).encode()),
        Button(
            _("🔕 Don't tell me what others change") if facts.hears_of_changes else tell,
            hears.encode(),
        ),
    ]
    if not facts.may_change:
        return own
    plans = [
        Button(button_words(plan), SetFamilyLadder(family_id=family_id, plan=plan).encode())
        for plan in LadderPlan
        if plan is not facts.ladder
    ]
    asked = [
        Button(
            label(_("👥 Asked first: {person}").format(person=each.person)),
            AskFirst(family_id=family_id, person_id=each.person_id).encode(),
        )
        for each in facts.asked_first[:MAX_ROWS]
        if len(each.candidates) > 1
    ]
    return [*plans, *asked, *own]


def ladder_set(screen: Screen, plan: LadderPlan) -> Answer:
    return Answer(toast=plan_words(plan), alert=True, edit=screen)


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
    if not any(each.is_named for each in asked.candidates):
        words = _("✅ From the next reminder on, I ask everybody about {person}: {names}.")
    text = words.format(names=escape(names), person=escape(asked.person))
    return Screen(text, ((settings_button(),),))


def asked_first_changed(facts: AskedFirstFacts) -> Screen:
    """To a member who is asked first from now on, or not any more."""
    words = _(
        "👥 {by} has set that I ask you first about doses of <b>{person}</b> (family {family})."
    )
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


def settings_button() -> Button:
    return Button(_("⚙️ Settings"), RunCommand(command="settings").encode())


def test_on_its_way() -> Answer:
    return Answer(toast=_("A test reminder is on its way to you."))


def test(facts: TestFacts) -> Screen:
    """What arrives."""
    words = _("🧪 This is a test reminder. Reminders reach you.")
    if facts.zone is not None:
        words = _("🧪 This is a test reminder, asked for at {time}. Reminders reach you.").format(
            time=f"{facts.asked_at.astimezone(facts.zone):%H:%M}"
        )
    hint = _("If your phone made no sound, unmute this chat in Telegram.")
    return Screen(f"{words}\n{hint}")


def unreachable(facts: UnreachableFacts) -> Screen:
    """An admin hears who doesn't get any reminders, and who is left."""
    if facts.is_reachable_again:
        words = _("✅ I can write to <b>{name}</b> again (family {family}).")
    elif facts.asked:
        words = _(
            "⚠️ <b>{name}</b> has blocked me and gets no reminders (family {family}).\n"
            "I can still ask {asked} about doses."
        )
    else:
        words = _(
            "🚨 <b>{name}</b> has blocked me, and there's nobody left whom I could ask about "
            "doses (family {family}). Please invite somebody: /invite"
        )
    return Screen(
        words.format(
            name=escape(facts.name),
            family=escape(facts.family_name),
            asked=escape(listed(list(facts.asked))),
        )
    )
