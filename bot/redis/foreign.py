"""Keys of ours under which there is something that we don't write: they are dropped.

Everything in Redis can be rebuilt, so a key of the wrong type must not keep a person from their
conversation, or all replicas from the lease, until somebody finds it. What is damaged inside a
value is noticed by whoever reads it.
"""

import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import TypeVar

from redis.asyncio import Redis
from redis.exceptions import ResponseError

logger = logging.getLogger(__name__)

T = TypeVar("T")


async def dropping_foreign(
    redis: Redis, types: Mapping[str, str], call: Callable[[], Awaitable[T]]
) -> T:
    """What *call* returns; if Redis refuses it, once more without those keys that aren't of their
    *types* (as TYPE names them). Raises RedisError.
    """
    try:
        return await call()
    except ResponseError as error:
        # Its subclasses mean the server's state (out of memory, read-only), not a value.
        if type(error) is not ResponseError:
            raise
        foreign = [
            key for key, kind in types.items() if await redis.type(key) not in {kind, "none"}
        ]
        if not foreign:
            raise
        logger.warning("foreign keys in redis, dropped: count=%d", len(foreign))
        await redis.delete(*foreign)
        return await call()
