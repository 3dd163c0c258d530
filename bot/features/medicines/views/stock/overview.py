"""What is left of everything, and what runs out first."""

from collections.abc import Sequence
from datetime import datetime

from bot.features.medicines.views.stock.levels import left_in_words
from bot.ui.answer import Button, Keyboard, Screen
from bot.ui.buttons import in_rows
from bot.ui.length import MAX_ROWS, fitting, label
from bot.ui.presses.medicines import Refill
from bot.ui.wording import _, escape, listed
from domain.access import Action, may
from domain.database.scope import Member
from domain.medicines.facts import MedicineFacts
from domain.medicines.stock.levels import Stock


def stocks(
    found: Sequence[tuple[MedicineFacts, Stock]], *, member: Member, now: datetime
) -> Screen:
    """Those that run low come first, each with its Refill. What nobody has counted is named: it may
    be running out, too.
    """
    counted = [each for each in found if each[1].amount is not None]
    uncounted = [medicine.name for medicine, stock in found if stock.amount is None]
    low = [each for each in counted if each[1].is_low]
    enough = [each for each in counted if not each[1].is_low]
    lines = [_("📦 <b>Stock</b>")]
    if not counted:
        lines.append(_("Nobody has counted anything yet."))
    elif not low:
        lines.append(_("Of what is counted, nothing is running low."))
    lines += [_line(each, now, low=True) for each in low]
    lines += [_line(each, now, low=False) for each in enough]
    if uncounted:
        lines.append(
            _("Not counted: {names}. /refill counts it.").format(names=escape(listed(uncounted)))
        )
    return Screen("\n".join(fitting(lines)), _buttons([*low, *enough], member))


def _line(of: tuple[MedicineFacts, Stock], now: datetime, *, low: bool) -> str:
    medicine, stock = of
    words = _("⚠️ {name} for {person}: {left}") if low else _("• {name} for {person}: {left}")
    line = words.format(
        name=escape(medicine.name),
        person=escape(medicine.person),
        left=left_in_words(stock, medicine.zone, now=now),
    )
    if not stock.promised_by:
        return line
    return line + _(". {name} will get more").format(name=escape(stock.promised_by))


def _buttons(found: Sequence[tuple[MedicineFacts, Stock]], member: Member) -> Keyboard:
    if not may(member.role, Action.CHANGE_MEDICINES):
        return ()
    buttons = [
        Button(
            _("📦 Refill {name}").format(name=label(medicine.name)),
            Refill(family_id=member.family_id, medication_id=medicine.id).encode(),
        )
        for medicine, _stock in found[:MAX_ROWS]
    ]
    return in_rows(buttons)
