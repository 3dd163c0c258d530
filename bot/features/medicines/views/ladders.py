"""What happens when nobody answers about a medicine."""

from collections.abc import Sequence

from bot.ui.answer import Answer, Button, Screen
from bot.ui.buttons import in_rows
from bot.ui.length import label
from bot.ui.presses.medicines import SetLadder, ShowLadder, ShowMedicine
from bot.ui.wording import _, escape
from bot.ui.words.ladders import button_words, plan_words
from domain.access import Action, may
from domain.database.scope import Member
from domain.medicines.facts import MedicineFacts
from domain.medicines.schedules.kinds import AsNeeded
from domain.models.family import LadderPlan


def ladder_lines(facts: MedicineFacts) -> Sequence[str]:
    """On the medicine's page, where it isn't as the family has set it."""
    has_own = facts.ladder is not None and not isinstance(facts.schedule, AsNeeded)
    return (
        [_("🪜 {plan}").format(plan=plan_words(facts.ladder))] if has_own and facts.ladder else []
    )


def ladder_button(facts: MedicineFacts, *, member: Member) -> Sequence[Button]:
    """For whoever may change it; of what is taken as needed, nobody is asked about."""
    if isinstance(facts.schedule, AsNeeded) or not may(member.role, Action.CHANGE_MEDICINES):
        return []
    press = ShowLadder(family_id=member.family_id, medication_id=facts.id)
    return [Button(_("🪜 When nobody answers"), press.encode())]


def ladder(facts: MedicineFacts, familys: LadderPlan, *, member: Member) -> Screen:
    """What holds now, and what else could."""
    name, now = escape(facts.name), plan_words(facts.ladder or familys)
    head = _("🪜 <b>{name}</b> for {person}: when nobody answers")
    lines = [head.format(name=name, person=escape(facts.person)), "", now]
    if facts.ladder is None:
        lines.append(_("This is what your family has set for all medicines: /settings"))
    others = [each for each in LadderPlan if each is not facts.ladder]
    buttons = [_set_button(facts, each, button_words(each), member) for each in others]
    if facts.ladder is not None:
        buttons.append(_set_button(facts, None, _("👪 As the family has set it"), member))
    back = ShowMedicine(family_id=member.family_id, medication_id=facts.id)
    buttons.append(Button(label(_("◀ {name}").format(name=facts.name)), back.encode()))
    return Screen("\n".join(lines), in_rows(buttons))


def _set_button(
    facts: MedicineFacts, plan: LadderPlan | None, words: str, member: Member
) -> Button:
    press = SetLadder(family_id=member.family_id, medication_id=facts.id, plan=plan)
    return Button(words, press.encode())


def ladder_set(screen: Screen) -> Answer:
    return Answer(toast=_("Saved. It counts from the next step on."), edit=screen)
