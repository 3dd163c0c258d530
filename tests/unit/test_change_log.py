"""Whatever the audit knows, /history changes has words for."""

from bot.features.memory.views.change_log import action_words
from bot.ui.wording import speaking
from domain.audit import KNOWN


def test_every_action_of_the_audit_has_its_words() -> None:
    with speaking("en"):
        assert set(action_words()) == KNOWN
