"""Every kind of message can be read, and has a view."""

import pytest

from bot.notices import VIEWS
from domain.models.delivery import Kind, Lane
from domain.overview.kinds import KINDS


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_is_described_and_has_a_view(kind: Kind) -> None:
    assert KINDS[kind].kind is kind
    assert callable(VIEWS[kind])
    assert isinstance(kind.lane, Lane)


def test_nothing_is_collected_that_is_no_kind() -> None:
    assert set(KINDS) == set(VIEWS) == set(Kind)
