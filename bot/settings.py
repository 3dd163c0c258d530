"""Typed settings, read once from the environment and ``.env``."""

import os
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError


class SettingsError(Exception):
    """A setting is wrong. ``str()`` is one plain sentence for whoever starts the bot."""


def _default_data() -> Path:
    """Where embedded servers and the sandbox keep their data, the platform's own place for it."""
    if os.geteuid() == 0:
        return Path("/var/lib/carecircle")
    home = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(home) / "carecircle"


def _postgres(url: SecretStr) -> SecretStr:
    """Any usual spelling of a PostgreSQL address, as the one that SQLAlchemy's asyncpg wants."""
    if not url.get_secret_value():
        return url
    try:
        parsed = make_url(url.get_secret_value())
    except ArgumentError:
        raise ValueError("is not a database address (postgresql://user:password@host/name)") from None
    if parsed.drivername not in {"postgres", "postgresql", "postgresql+asyncpg"}:
        raise ValueError("must start with postgresql://")
    # libpq's spelling, as hosting companies print it, to asyncpg's.
    query = dict(parsed.query)
    if "sslmode" in query:
        query["ssl"] = query.pop("sslmode")
    query.pop("channel_binding", None)
    parsed = parsed.set(drivername="postgresql+asyncpg", query=query)
    return SecretStr(parsed.render_as_string(hide_password=False))


def _redis(url: SecretStr) -> SecretStr:
    address = url.get_secret_value()
    if address and not address.startswith(("redis://", "rediss://", "unix://")):
        raise ValueError("must start with redis://, rediss:// or unix://")
    return url


PostgresUrl = Annotated[SecretStr, AfterValidator(_postgres)]
RedisUrl = Annotated[SecretStr, AfterValidator(_redis)]


class Settings(BaseSettings):
    """Everything that can be set from outside; ``.env.example`` explains each line."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", hide_input_in_errors=True)

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
    sweep_seconds: int = Field(default=60, ge=10, le=86_400)

    @field_validator("*", mode="before")
    @classmethod
    def _empty_means_default(cls, value: Any) -> Any:
        return value.strip() if isinstance(value, str) else value

    @field_validator("telegram_bot_token")
    @classmethod
    def _looks_like_a_token(cls, token: SecretStr) -> SecretStr:
        number, colon, secret = token.get_secret_value().partition(":")
        if token.get_secret_value() and not (number.isdigit() and colon and secret):
            raise ValueError("is not a bot token (123456:ABC…, as @BotFather gives it)")
        return token

    @field_validator("telegram_api_url", "webhook_url")
    @classmethod
    def _is_an_address(cls, url: str) -> str:
        if url and not url.startswith(("http://", "https://")):
            raise ValueError("must start with http:// or https://")
        return url.rstrip("/")

    @field_validator("log_level")
    @classmethod
    def _is_a_level(cls, level: str) -> str:
        if level.upper() not in {"DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"}:
            raise ValueError("must be DEBUG, INFO, WARNING, ERROR or CRITICAL")
        return level.upper()

    @property
    def owner_url(self) -> SecretStr:
        """Who migrates: the owner where one is named, else who serves."""
        return self.database_owner_url if self.database_owner_url.get_secret_value() else self.database_url


def load_settings() -> Settings:
    """Read the environment and ``.env``; raises :class:`SettingsError` naming the first bad line."""
    # An empty line in .env means "not set", so that a copied .env.example works as it is.
    try:
        return Settings(_env_ignore_empty=True)  # type: ignore[call-arg]
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0]).upper()
        reason = str(first["msg"]).removeprefix("Value error, ")
        reason = reason[0].lower() + reason[1:]
        raise SettingsError(f"{name}: {reason}.") from None
