"""Limits how often one person may use one command, how much one family may send, and how many
invitations somebody may guess.
"""

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from redis.asyncio import Redis
from redis.exceptions import RedisError

from bot.ops.metrics import RATE_LIMITS
from bot.redis import keys
from bot.redis.circuit import Circuit

# GCRA, the generic cell rate algorithm (ITU-T I.371): a key holds the moment at which everything
# that was used will have been paid off, one use per interval, and nothing may be used that would
# put it farther off than a whole burst. So there is no window at whose edge twice as much goes
# through, and one key holds all of it. It also holds when the person was last told.
#
# Several limits are checked in one step, and a use counts for all of them or for none: what one of
# them refuses takes nothing from the others. Times are Redis's own, in µs, so that the clocks of
# replicas may differ. A value that nobody of us has written (of another type, another form, or too
# far ahead) counts as none.
#
# KEYS: limits, the person's own first: it remembers whether they were told. ARGV: 1 to use, 0 to
# only look; for how long (µs) nobody is told again; then for each key its interval and its burst's
# length (µs), and its lifetime (s).
# Returns the number of the limit that refuses (0: none does), whether the person is told now, and
# how many more uses the first limit has room for.
_GCRA = """
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local uses, quiet = tonumber(ARGV[1]), tonumber(ARGV[2])
local paid_at, told_at, refusing, room = {}, 0, 0, 0

for number, key in ipairs(KEYS) do
    local interval, burst = tonumber(ARGV[number * 3]), tonumber(ARGV[number * 3 + 1])
    local stored, at, told = redis.pcall('GET', key), nil, nil
    if type(stored) == 'string' then at, told = string.match(stored, '^(%d+) (%d+)$') end
    at, told = tonumber(at) or 0, tonumber(told) or 0
    if at < now or at > now + burst then at = now end
    if number == 1 then
        told_at = told <= now and told or 0
        room = math.floor((now + burst - at) / interval) - uses
    end
    paid_at[number] = at + interval
    if refusing == 0 and paid_at[number] > now + burst then refusing = number end
end

local function keep(number, at, told)
    redis.call('SET', KEYS[number], string.format('%.0f %.0f', at, told),
               'EX', ARGV[number * 3 + 2])
end

if refusing > 0 then
    local tells = uses == 1 and now - told_at >= quiet
    if tells then keep(1, paid_at[1] - tonumber(ARGV[3]), now) end
    return {refusing, tells and 1 or 0, 0}
end
if uses == 1 then
    for number = 1, #KEYS do keep(number, paid_at[number], number == 1 and told_at or 0) end
end
return {0, 0, math.max(0, room)}
"""

_MICROSECONDS = 1_000_000
_MINUTE, _HOUR = 60, 3_600
#: How long somebody who was told to slow down isn't told again, in seconds.
_QUIET = 60


@dataclass(frozen=True)
class Limit:
    """At most *burst* at once, and *burst* within *seconds* in the long run."""

    burst: int
    seconds: int

    def arguments(self) -> tuple[int, int]:
        """Interval and length of a burst, in microseconds."""
        length = self.seconds * _MICROSECONDS
        return length // self.burst, length


#: Of one person, for each command.
USER = Limit(20, _MINUTE)
#: Of all members of a family together: more than one that enters a whole plan by hand, and far less
#: than what would keep others waiting.
FAMILY = Limit(240, _MINUTE)
#: What a group is told as often as somebody writes in it as nobody in particular.
ONCE_A_MINUTE = Limit(1, _MINUTE)
#: Wrong invitations of one person: five at once, then one an hour, so never more than five in any
#: hour.
WRONG_INVITATIONS = Limit(5, 5 * _HOUR)


class Verdict(enum.Enum):
    ALLOWED = "allowed"
    REFUSED_FIRST = "refused, say so"
    FAMILY_REFUSED_FIRST = "the family has sent too much, say so"
    REFUSED_SILENT = "refused, and told already"


class RateLimiter:
    """Asks Redis about each use.

    Fails open, and counts it: a caregiver must not be refused because Redis is down. Whatever must
    never be limited (presses on cards) doesn't call this.
    """

    def __init__(self, redis: Redis, *, user: Limit = USER, family: Limit = FAMILY) -> None:
        self._redis = redis
        self._user = user
        self._family = family
        self._gcra = redis.register_script(_GCRA)
        self.circuit = Circuit("rate_limit")

    async def may_chat(self, telegram_user: int) -> bool:
        """Whether this person's "hello" or "thanks" is the first within an hour."""
        if not self.circuit.may_call():
            return True
        key = keys.small_talk(telegram_user)
        try:
            is_set = await self._redis.set(key, 1, nx=True, ex=keys.SMALL_TALK_TTL)
        except RedisError as error:
            self.circuit.record_failure(error)
            return True
        self.circuit.record_success()
        return bool(is_set)

    async def check(
        self,
        telegram_user: int,
        command: str,
        *,
        family_id: UUID | None = None,
        limit: Limit | None = None,
    ) -> Verdict:
        """Count one use of *command*, for the person and their family (None: not known), and judge
        it; *limit* is the person's, if it's not the usual one.
        """
        own = limit or self._user
        limits = [(keys.rate_limit(telegram_user, command), own, keys.RATE_LIMIT_TTL)]
        if family_id is not None:
            limits.append((keys.family_rate_limit(family_id), self._family, keys.RATE_LIMIT_TTL))
        refusing, tells, _ = await self._ask(limits, uses=1)
        if not refusing:
            return Verdict.ALLOWED
        RATE_LIMITS.labels("refused_user" if refusing == 1 else "refused_family").inc()
        if not tells:
            return Verdict.REFUSED_SILENT
        return Verdict.REFUSED_FIRST if refusing == 1 else Verdict.FAMILY_REFUSED_FIRST

    async def may_present_invitation(self, telegram_user: int) -> bool:
        """Whether an invitation of theirs is looked at: they haven't guessed too often lately."""
        refusing, _, _ = await self._ask(self._wrong_invitations(telegram_user), uses=0)
        if refusing:
            RATE_LIMITS.labels("refused_invitation").inc()
        return not refusing

    async def count_wrong_invitation(self, telegram_user: int) -> int:
        """Count one that nobody has made; returns how many more are looked at now."""
        _, _, room = await self._ask(self._wrong_invitations(telegram_user), uses=1)
        return room

    @staticmethod
    def _wrong_invitations(telegram_user: int) -> list[tuple[str, Limit, int]]:
        key = keys.wrong_invitations(telegram_user)
        return [(key, WRONG_INVITATIONS, keys.WRONG_INVITATIONS_TTL)]

    async def _ask(
        self, limits: Sequence[tuple[str, Limit, int]], *, uses: int
    ) -> tuple[int, bool, int]:
        """What the script says. Without Redis nothing refuses, and there is room for more."""
        without_redis = 0, False, 1
        if not self.circuit.may_call():
            RATE_LIMITS.labels("unchecked").inc()
            return without_redis
        arguments = [uses, _QUIET * _MICROSECONDS]
        for _, limit, ttl in limits:
            arguments += [*limit.arguments(), ttl]
        try:
            refusing, tells, room = await self._gcra(
                keys=[key for key, _, _ in limits], args=arguments
            )
        except RedisError as error:
            self.circuit.record_failure(error)
            RATE_LIMITS.labels("unchecked").inc()
            return without_redis
        self.circuit.record_success()
        return int(refusing), bool(tells), int(room)
