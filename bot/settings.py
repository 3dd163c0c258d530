"""Typed settings, read once from the environment and ``.env``."""

import os
import re
import sys
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic_settings import BaseSettings, SettingsConfigDict
from redis.connection import parse_url
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from domain.memory.retention import Retention

# asyncpg's names for parameters of libpq and hosting companies. None: not used.
POSTGRES_PARAMETERS = {
    "sslmode": "ssl",
    "ssl": "ssl",
    "host": "host",
    "port": "port",
    "target_session_attrs": "target_session_attrs",
    "application_name": None,
    "channel_binding": None,
    "connect_timeout": None,
    "pgbouncer": None,
}
_CHAT_ID = re.compile(r"(-?[1-9]\d{0,15})?", re.ASCII)
SSL_MODES = {"disable", "allow", "prefer", "require", "verify-ca", "verify-full"}


class SettingsError(Exception):
    """A setting is wrong. ``str()`` is one plain sentence for the operator."""


def _default_data() -> Path:
    """Where embedded servers and the sandbox keep their data: the platform's usual folder."""
    if os.geteuid() == 0:
        return Path("/var/lib/carecircle")
    if named := os.environ.get("XDG_DATA_HOME"):
        return Path(named) / "carecircle"
    try:
        home = Path.home()
    except RuntimeError:  # a container's user without a name or a home
        return Path.cwd() / ".carecircle"
    if sys.platform == "darwin":
        return home / "Library" / "Application Support" / "carecircle"
    return home / ".local" / "share" / "carecircle"


def _postgres(url: SecretStr) -> SecretStr:
    """Convert any usual spelling of a PostgreSQL address to what SQLAlchemy's asyncpg expects."""
    if not url.get_secret_value():
        return url
    try:
        parsed = make_url(url.get_secret_value())
    except (ArgumentError, ValueError):  # the error may quote part of the password
        raise ValueError(
            "is not a database address (postgresql://user:password@host/name)"
        ) from None
    if parsed.drivername not in {"postgres", "postgresql", "postgresql+asyncpg"}:
        raise ValueError("must start with postgresql://")
    query = {}
    for name, value in parsed.query.items():
        if name not in POSTGRES_PARAMETERS:
            raise ValueError(f"has a parameter that CareCircle doesn't support: {name}")
        if known := POSTGRES_PARAMETERS[name]:
            query[known] = value
    if query.get("ssl", "prefer") not in SSL_MODES:
        raise ValueError(f"must say sslmode={', '.join(sorted(SSL_MODES))}")
    parsed = parsed.set(drivername="postgresql+asyncpg", query=query)
    return SecretStr(parsed.render_as_string(hide_password=False))


def _redis(url: SecretStr) -> SecretStr:
    address = url.get_secret_value()
    if not address:
        return url
    if not address.startswith(("redis://", "rediss://", "unix://")):
        raise ValueError("must start with redis://, rediss:// or unix://")
    try:
        parse_url(address)  # type: ignore[no-untyped-call]
    except ValueError:
        raise ValueError("is not a Redis address (redis://:password@host:6379/0)") from None
    return url


def _is_web_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return bool(parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0)
    except ValueError:
        return False


PostgresUrl = Annotated[SecretStr, AfterValidator(_postgres)]
RedisUrl = Annotated[SecretStr, AfterValidator(_redis)]


class Settings(BaseSettings):
    """Everything that can be configured; ``.env.example`` explains each line.

    The environment takes precedence over ``.env``. An empty value means "not set" in both, so that
    a copied ``.env.example`` works as it is, and ``REDIS_URL= carecircle`` overrides the file.
    """

    model_config = SettingsConfigDict(
        env_file=".env", env_file_encoding="utf-8", extra="ignore", hide_input_in_errors=True
    )

    telegram_bot_token: SecretStr = SecretStr("")
    telegram_api_url: str = "https://api.telegram.org"
    database_url: PostgresUrl = SecretStr("")
    database_owner_url: PostgresUrl = SecretStr("")
    redis_url: RedisUrl = SecretStr("")
    carecircle_data: Path = Field(default_factory=_default_data)
    webhook_url: str = ""
    webhook_secret: SecretStr = SecretStr("")
    port: int = Field(default=8443, ge=1, le=65535)
    log_level: str = "INFO"
    conversation_ttl: int = Field(default=900, ge=30, le=86_400)
    metrics_port: int | None = Field(default=None, ge=1, le=65535)
    sweep_seconds: int = Field(default=60, ge=10, le=86_400)
    operator_chat_id: int | None = None
    heartbeat_url: SecretStr = SecretStr("")
    keep_updates_days: int = Field(default=7, ge=3, le=365)
    keep_invitations_days: int = Field(default=30, ge=1, le=3_650)
    keep_messages_days: int = Field(default=90, ge=31, le=3_650)

    @field_validator("*", mode="before")
    @classmethod
    def _empty_means_default(cls, value: Any, info: ValidationInfo) -> Any:
        if not isinstance(value, str):
            return value
        value = value.strip()
        if not value and info.field_name:
            return cls.model_fields[info.field_name].get_default(call_default_factory=True)
        return value

    @field_validator("telegram_bot_token")
    @classmethod
    def _check_token(cls, token: SecretStr) -> SecretStr:
        if not re.fullmatch(r"(\d+:[\w-]+)?", token.get_secret_value(), re.ASCII):
            raise ValueError("is not a bot token (123456:ABC…, as @BotFather gives it)")
        return token

    @field_validator("telegram_api_url", "webhook_url")
    @classmethod
    def _check_url(cls, url: str) -> str:
        if url and not _is_web_address(url):
            raise ValueError("is not a web address (https://host)")
        return url.rstrip("/")

    @field_validator("heartbeat_url")
    @classmethod
    def _check_heartbeat(cls, url: SecretStr) -> SecretStr:
        if url.get_secret_value() and not _is_web_address(url.get_secret_value()):
            raise ValueError("is not a web address (https://host/path)")
        return url

    @field_validator("operator_chat_id", mode="before")
    @classmethod
    def _check_chat(cls, chat: Any) -> Any:
        if isinstance(chat, str) and not _CHAT_ID.fullmatch(chat.strip()):
            raise ValueError(
                "is not a chat's id (a number: 123456789, or for a group -1001234567890)"
            )
        return chat

    @field_validator("webhook_secret")
    @classmethod
    def _check_secret(cls, secret: SecretStr) -> SecretStr:
        if not re.fullmatch(r"[A-Za-z0-9_-]{0,256}", secret.get_secret_value()):
            raise ValueError("can have up to 256 letters, digits, _ and - (Telegram's rule)")
        return secret

    @field_validator("carecircle_data")
    @classmethod
    def _expand_home(cls, data: Path) -> Path:
        try:
            return data.expanduser()
        except RuntimeError:
            raise ValueError("starts with ~, and this account has no home") from None

    @field_validator("log_level")
    @classmethod
    def _check_level(cls, level: str) -> str:
        if level.upper() not in {"DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"}:
            raise ValueError("must be DEBUG, INFO, WARNING, ERROR or CRITICAL")
        return level.upper()

    @property
    def retention(self) -> Retention:
        """How long what isn't the family's record is kept."""
        return Retention(
            updates=timedelta(days=self.keep_updates_days),
            invitations=timedelta(days=self.keep_invitations_days),
            messages=timedelta(days=self.keep_messages_days),
        )

    @property
    def owner_url(self) -> SecretStr:
        """Who runs migrations: the owner if one is configured, otherwise the bot's own role."""
        return self.database_owner_url or self.database_url


def load_settings() -> Settings:
    """Read the environment and ``.env``. Raises SettingsError naming the first bad line."""
    try:
        settings = Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0]).upper()
        reason = str(first["msg"]).removeprefix("Value error, ")
        raise SettingsError(f"{name}: {reason[0].lower()}{reason[1:]}.") from None
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise SettingsError(f".env can't be read: {reason}.") from None
    if settings.database_owner_url and not settings.database_url:
        raise SettingsError("DATABASE_OWNER_URL: has no effect without DATABASE_URL.")
    return settings
