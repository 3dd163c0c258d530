"""The buttons of stocks: when to be reminded, and who gets more."""

from bot.features.medicines.views import refill_notices
from bot.features.medicines.views.stock import refills as views
from bot.intake.request import Request
from bot.ui.answer import Answer
from bot.ui.presses.medicines import PromiseRefill, SetRefillDays
from domain.medicines.stock.refills import promise_refill, set_refill_days


async def refill_days(request: Request) -> Answer:
    press = request.pressed(SetRefillDays)
    changed = await set_refill_days(request.scope, press.medication_id, press.days)
    return views.refill_days_set(changed)


async def promise(request: Request) -> Answer:
    """ "I'll get it"."""
    medication_id = request.pressed(PromiseRefill).medication_id
    return refill_notices.promised(await promise_refill(request.scope, medication_id))
