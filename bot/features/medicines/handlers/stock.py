"""The buttons of stocks: when to be reminded, and who gets more."""

from bot.features.medicines.views import refill_notices
from bot.features.medicines.views.stock import refills as views
from bot.intake.request import Request
from bot.ui.answer import Answer
from domain.errors import NotFound
from domain.medicines.stock.refills import promise_refill, set_refill_days


async def refill_days(request: Request) -> Answer:
    choices = {str(days): days for days in views.REFILL_DAYS}
    days = choices.get(request.pressed.argument)
    if days is None:
        raise NotFound
    return views.refill_days_set(await set_refill_days(request.scope, request.subject_id, days))


async def promise(request: Request) -> Answer:
    """ "I'll get it"."""
    return refill_notices.promised(await promise_refill(request.scope, request.subject_id))
