"""What `/help` offers to whom."""

import pytest

from bot.features.family.views.start import help_text
from domain.access import Role


@pytest.mark.parametrize(
    ("role", "offered", "withheld"),
    [
        (Role.ADMIN, ["/addmed", "/invite", "/give"], []),
        (Role.CAREGIVER, ["/addmed", "/give"], ["/invite", "Invite"]),
        (Role.VIEWER, ["/today", "/meds"], ["/addmed", "/give", "/addappt", "/invite", "Add a"]),
        (Role.RECIPIENT, ["/today", "/give"], ["/addmed", "/addappt", "/invite", "Add a"]),
    ],
)
def test_help_offers_only_what_the_reader_may_do(
    role: Role, offered: list[str], withheld: list[str]
) -> None:
    [screen] = help_text(role=role).send
    labels = [button.label for row in screen.keyboard for button in row]
    shown = "\n".join([screen.text, *labels])
    assert all(each in shown for each in offered)
    assert not [each for each in withheld if each in shown]
