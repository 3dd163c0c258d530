"""What happens when nobody answers, in words."""

from bot.ui.wording import _, listed
from domain.medicines.doses.ladder import LADDERS
from domain.models.family import LadderPlan
from domain.timers import Step


def plan_words(plan: LadderPlan) -> str:
    """ "I ask again after 10 and 20 minutes, and after 30 I tell the others." """
    again, others = (_minutes(plan, step) for step in (Step.AGAIN, Step.OTHERS))
    if not again:
        return _("I ask once. What nobody records in time counts as missed, and I say so.")
    words = _(
        "I ask again after {again} minutes. After {others} minutes I tell the others in the "
        "family. What nobody records in time counts as missed, and I say so."
    )
    return words.format(again=listed(again), others=listed(others))


def plan_label(plan: LadderPlan) -> str:
    """For a button."""
    match plan:
        case LadderPlan.USUAL:
            return _("🔔 As usual: {again} min")
        case LadderPlan.STEEP:
            return _("⏱ Faster: {again} min")
        case LadderPlan.ONCE:
            return _("🔕 Ask only once")


def button_words(plan: LadderPlan) -> str:
    return plan_label(plan).format(again=listed(_minutes(plan, Step.AGAIN)))


def _minutes(plan: LadderPlan, step: Step) -> list[str]:
    return [
        str(int(rung.after.total_seconds()) // 60) for rung in LADDERS[plan] if rung.step is step
    ]
