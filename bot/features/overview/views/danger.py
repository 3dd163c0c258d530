"""Words of danger: the number to call, before anything else."""

from collections.abc import Mapping, Sequence

from bot.features.overview.views.emergency_numbers import AMBULANCE, CRISIS, POISON
from bot.grammar.intents.kinds import Danger
from bot.ui.answer import Answer, say
from bot.ui.wording import _


def danger(kind: Danger, *, countries: Sequence[str]) -> Answer:
    """Whom to call, where the people live who are cared for (*countries*, ISO 3166-1)."""
    ambulance = _numbers(AMBULANCE, countries)
    lines = [
        _("🚨 <b>If somebody is in danger, call {number} now.</b>").format(number=ambulance)
        if ambulance
        else _("🚨 <b>If somebody is in danger, call your emergency number now.</b>")
    ]
    poison, crisis = _numbers(POISON, countries), _numbers(CRISIS, countries)
    if kind is Danger.POISON and poison:
        lines.append(
            _("For advice on poisoning and wrong doses, call {number}.").format(number=poison)
        )
    if kind is Danger.CRISIS and crisis:
        lines.append(_("You can talk to somebody at any hour: {number}.").format(number=crisis))
    lines.append(_("I'm not an emergency service, and I haven't told anybody."))
    return say("\n".join(lines))


def _numbers(by_country: Mapping[str, str], countries: Sequence[str]) -> str:
    found = [by_country[country] for country in countries if country in by_country]
    return " / ".join(dict.fromkeys(found))
