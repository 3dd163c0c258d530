"""Settings: where they come from, what is refused, and in which words."""

import os
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from bot.settings import Settings, SettingsError, load_settings

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def empty_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder without .env and an environment without settings."""
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    return tmp_path


def test_everything_has_a_default() -> None:
    settings = load_settings()
    assert settings.telegram_bot_token.get_secret_value() == ""
    assert settings.telegram_api_url == "https://api.telegram.org"
    assert settings.conversation_ttl == 900
    assert settings.sweep_seconds == 60
    assert settings.carecircle_data.is_absolute()


def test_the_example_names_every_setting_and_works_as_it_is(empty_place: Path) -> None:
    example = (ROOT / ".env.example").read_text()
    named = [line.partition("=")[0] for line in example.splitlines() if line and line[0] != "#"]
    assert sorted(named) == sorted(name.upper() for name in Settings.model_fields)
    defaults = load_settings()
    (empty_place / ".env").write_text(example)
    assert load_settings() == defaults


def test_environment_wins_over_the_file_also_when_it_is_empty(
    empty_place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (empty_place / ".env").write_text(
        'PORT=1000\nLOG_LEVEL="debug"\nREDIS_URL=redis://there/0\nCONVERSATION_TTL=60\n'
    )
    monkeypatch.setenv("PORT", " 2000 ")
    monkeypatch.setenv("REDIS_URL", "")
    monkeypatch.setenv("CONVERSATION_TTL", "")
    settings = load_settings()
    assert settings.port == 2000
    assert settings.log_level == "DEBUG"
    assert settings.redis_url.get_secret_value() == ""
    assert settings.conversation_ttl == 900


@pytest.mark.parametrize(
    ("given", "understood"),
    [
        (
            "postgres://anna:p%40ss@db.example/care",
            "postgresql+asyncpg://anna:p%40ss@db.example/care",
        ),
        (
            "postgresql://a:b@ep-x.neon.tech/care?sslmode=require&channel_binding=require",
            "postgresql+asyncpg://a:b@ep-x.neon.tech/care?ssl=require",
        ),
        (
            "postgresql+asyncpg://a:b@/care?host=/run/postgresql",
            "postgresql+asyncpg://a:b@/care?host=%2Frun%2Fpostgresql",
        ),
    ],
)
def test_usual_spellings_of_a_database_address(
    given: str, understood: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", given)
    settings = load_settings()
    assert make_url(settings.database_url.get_secret_value()) == make_url(understood)
    assert settings.owner_url == settings.database_url


def test_the_owner_migrates_where_one_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://serves@db/care")
    monkeypatch.setenv("DATABASE_OWNER_URL", "postgresql://owns@db/care")
    assert "owns@" in load_settings().owner_url.get_secret_value()


def test_an_owner_alone_serves_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_OWNER_URL", "postgresql://owns@db/care")
    with pytest.raises(SettingsError, match="DATABASE_URL"):
        load_settings()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "mysql://anna:s3cret@db/care"),
        ("DATABASE_URL", "anna:s3cret@db"),
        ("DATABASE_URL", "postgresql://anna:a@b:s3cret@db/care?x"),
        ("DATABASE_URL", "postgresql://anna:s3cret@db:port/care"),
        ("DATABASE_URL", "postgresql://anna:s3cret@db/care?schema=public"),
        ("DATABASE_URL", "postgresql://anna:s3cret@db/care?sslmode=yes"),
        ("REDIS_URL", "http://:s3cret@cache"),
        ("REDIS_URL", "redis://:s3cret@cache:port/0"),
        ("TELEGRAM_BOT_TOKEN", "s3cret"),
        ("TELEGRAM_BOT_TOKEN", "123:s3cret/../x"),
        ("TELEGRAM_API_URL", "api.telegram.org"),
        ("TELEGRAM_API_URL", "https://"),
        ("WEBHOOK_URL", "https://[bad"),
        ("WEBHOOK_SECRET", "s3cret with spaces"),
        ("PORT", "http"),
        ("PORT", "70000"),
        ("LOG_LEVEL", "loud"),
        ("CONVERSATION_TTL", "5"),
        ("SWEEP_SECONDS", "0"),
        ("OPERATOR_CHAT_ID", "@s3cret"),
        ("OPERATOR_CHAT_ID", "0"),
        ("OPERATOR_CHAT_ID", "12.5"),
        ("HEARTBEAT_URL", "hc.example/s3cret"),
        ("HEARTBEAT_URL", "ftp://hc.example/s3cret"),
    ],
)
def test_a_bad_value_is_one_sentence_with_its_name_and_without_its_secret(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as caught:
        load_settings()
    sentence = str(caught.value)
    assert sentence.startswith(f"{name}: ")
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert "s3cret" not in sentence


@pytest.mark.parametrize(("value", "chat_id"), [("", None), ("42", 42), (" -100123 ", -100123)])
def test_the_operators_chat_may_be_a_group(
    value: str, chat_id: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPERATOR_CHAT_ID", value)
    assert load_settings().operator_chat_id == chat_id


def test_a_file_that_is_no_text_is_one_sentence(empty_place: Path) -> None:
    (empty_place / ".env").write_bytes(b"PORT=\xff\xfe")
    with pytest.raises(SettingsError, match=r"\.env can't be read"):
        load_settings()


def test_secrets_do_not_print_themselves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", "123456:s3cret")
    monkeypatch.setenv("DATABASE_URL", "postgresql://anna:s3cret@db/care")
    monkeypatch.setenv("HEARTBEAT_URL", "https://hc.example/s3cret")
    assert "s3cret" not in repr(load_settings())


def test_data_folder_may_start_at_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/anna")
    monkeypatch.setenv("CARECIRCLE_DATA", "~/care")
    assert load_settings().carecircle_data == Path("/home/anna/care")


@pytest.mark.skipif(os.geteuid() == 0, reason="root has its own place")
def test_data_folder_follows_the_desktops_convention(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", "/home/anna/data")
    assert load_settings().carecircle_data == Path("/home/anna/data/carecircle")
