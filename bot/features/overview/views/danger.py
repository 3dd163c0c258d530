"""Words of danger: the number to call, before anything else."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from bot.grammar.intents.kinds import Danger
from bot.ui.answer import Answer, Button, say
from bot.ui.emergency_numbers import AMBULANCE, CRISIS, POISON
from bot.ui.presses.overview import TellFamily
from bot.ui.wording import _, escape, listed
from domain.family.alarms import Called


def danger(kind: Danger, *, countries: Sequence[str], family_id: UUID | None) -> Answer:
    """Whom to call, where the people live who are cared for (*countries*, ISO 3166-1), and a button
    that tells the family, if they are in one.
    """
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
    if family_id is None:
        return say("\n".join(lines))
    press = TellFamily(family_id=family_id)
    tell = Button(_("🚨 Tell the family that I need help"), press.encode())
    return say("\n".join(lines), ((tell,),))


def told(called: Called) -> Answer:
    """Who gets the message now, and who can't be reached."""
    lines = [_("I couldn't tell anybody. <b>Call for help yourself now.</b>")]
    if called.told:
        words = _("📣 I'm telling {names} now. Don't wait for them: call for help yourself.")
        lines = [words.format(names=_names(called.told))]
    if called.unreachable:
        lines.append(_("I can't reach {names}.").format(names=_names(called.unreachable)))
    return say("\n".join(lines))


def _names(names: Sequence[str]) -> str:
    return listed([escape(name) for name in names])


def _numbers(by_country: Mapping[str, str], countries: Sequence[str]) -> str:
    found = [by_country[country] for country in countries if country in by_country]
    return " / ".join(dict.fromkeys(found))
