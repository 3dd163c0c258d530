"""Whether whoever sends an update sends too much, or guesses invitations."""

from uuid import UUID

from bot.intake.admission import Arrival
from bot.intake.identity import LastFamilies
from bot.redis.rate_limit import ONCE_A_MINUTE, RateLimiter, Verdict
from bot.ui import turned_away
from bot.ui.answer import Answer
from bot.ui.wording import speaking

ANONYMOUS = "anonymous"  # the command of anonymous admins, in a group's rate limit


class Rates:
    """Judges each update once, however often it is tried: our own retries while the database is
    down aren't the sender's fault. Whose family an update concerns is only known later, so
    the one of the user's last update counts.
    """

    def __init__(self, limiter: RateLimiter, last_families: LastFamilies) -> None:
        self._limiter = limiter
        self._last_families = last_families
        self._verdicts: dict[int, Verdict] = {}

    async def judge(
        self, update_id: int, arrival: Arrival, *, telegram_user: int, user_id: UUID
    ) -> Verdict | None:
        """None for what isn't limited."""
        verdict = self._verdicts.get(update_id)
        if verdict is None and arrival.name is not None:
            verdict = await self._limiter.check(
                telegram_user, arrival.name, family_id=self._last_families.find(user_id)
            )
            self._verdicts[update_id] = verdict
        if arrival.presents_invitation:
            may_look = await self._limiter.may_present_invitation(telegram_user)
            return verdict if may_look else Verdict.REFUSED_SILENT
        return verdict

    def forget(self, update_id: int) -> None:
        """It has taken effect, or was set aside."""
        self._verdicts.pop(update_id, None)

    async def may_hear_as_nobody(self, chat_id: int) -> bool:
        """Whether those who write as a group or a channel are told now: once a minute."""
        verdict = await self._limiter.check(chat_id, ANONYMOUS, limit=ONCE_A_MINUTE)
        return verdict is Verdict.ALLOWED

    async def answer_guess(
        self, answer: Answer, *, telegram_user: int, language: str | None
    ) -> Answer:
        """Count a wrong invitation; *answer* may become the last one for a while."""
        if await self._limiter.count_wrong_invitation(telegram_user):
            return answer
        with speaking(language):
            return turned_away.last_wrong_invitation()
