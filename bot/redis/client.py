"""Connections to Redis (6.2 or later) or Valkey that give up quickly.

Everything in Redis can be rebuilt, or done without for a while, so waiting is always the worse
choice: redis-py's defaults (10 retries of 5 s) block for up to 59 s.
"""

from typing import Any

import redis
import redis.asyncio
from redis.asyncio.retry import Retry as AsyncRetry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.retry import Retry

#: Seconds to connect, to get a reply, and to get a connection from the pool.
TIMEOUT = 0.5

_OPTIONS: dict[str, Any] = {
    "socket_connect_timeout": TIMEOUT,
    "socket_timeout": TIMEOUT,
    # RESP2 without CLIENT SETINFO: supported by every server since 6.2 and by most proxies.
    "protocol": 2,
    "driver_info": None,
    "decode_responses": True,
    # Foreign bytes (an old pickled job, for example) are decoded to unreadable text instead of
    # raising in the middle of a reply, and the key can still be deleted.
    "encoding_errors": "surrogateescape",
    "max_connections": 50,
    "timeout": TIMEOUT,
}

# One immediate retry if the connection was closed, as happens whenever Redis restarts. None after a
# timeout: a server that didn't reply within half a second won't now.
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
    """The same for code that can't await; safe to use from several threads."""
    pool = redis.BlockingConnectionPool.from_url(
        url, retry=Retry(NoBackoff(), _ATTEMPTS_AGAIN, (RedisConnectionError,)), **_OPTIONS
    )
    return redis.Redis.from_pool(pool)
