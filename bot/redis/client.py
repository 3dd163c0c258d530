"""Connections to Redis (6.2 or later) or Valkey that give up quickly.

Everything in Redis can be rebuilt or done without for a while, so waiting for it is always the
worse choice: redis-py's own defaults (10 retries, 5 s each) block for up to 59 s.
"""

from typing import Any

import redis
import redis.asyncio
from redis.asyncio.retry import Retry as AsyncRetry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.retry import Retry

#: Seconds for a connection, for an answer, and for a free place in the pool.
TIMEOUT = 0.5

_OPTIONS: dict[str, Any] = {
    "socket_connect_timeout": TIMEOUT,
    "socket_timeout": TIMEOUT,
    # RESP2 and no CLIENT SETINFO: understood by every server since 6.2 and by most proxies.
    "protocol": 2,
    "driver_info": None,
    "decode_responses": True,
    # Bytes of somebody else (an old pickled job, say) come through as text that nobody can read,
    # not as an exception in the middle of a reply, and the key can still be named to delete it.
    "encoding_errors": "surrogateescape",
    "max_connections": 50,
    "timeout": TIMEOUT,
}

# Once more at once where the connection was closed under us, as every restart of Redis does. No
# second try after a timeout: who did not answer for half a second will not answer now either.
_ATTEMPTS_AGAIN = 1


def connect(url: str) -> redis.asyncio.Redis:
    """A client for the event loop. *url* is ``redis://``, ``rediss://`` or ``unix://``.

    Connects at the first command; every command raises :class:`redis.RedisError` within about
    a second. Close it with ``await client.aclose()``.
    """
    pool = redis.asyncio.BlockingConnectionPool.from_url(
        url,
        retry=AsyncRetry(NoBackoff(), _ATTEMPTS_AGAIN, (RedisConnectionError,)),
        **_OPTIONS,
    )
    return redis.asyncio.Redis.from_pool(pool)


def connect_blocking(url: str) -> redis.Redis:
    """The same for code that cannot await; safe to use from several threads."""
    pool = redis.BlockingConnectionPool.from_url(
        url, retry=Retry(NoBackoff(), _ATTEMPTS_AGAIN, (RedisConnectionError,)), **_OPTIONS
    )
    return redis.Redis.from_pool(pool)
