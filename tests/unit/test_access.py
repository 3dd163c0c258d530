"""Who may do what, written out once more by hand, so that widening a role takes two edits."""

import pytest

from domain.access import ALLOWED, ASKED_FIRST, Action, Role, may

EXPECTED = {
    Action.READ: {Role.ADMIN, Role.CAREGIVER, Role.VIEWER, Role.RECIPIENT},
    Action.INVITE: {Role.ADMIN},
    Action.MANAGE_MEMBERS: {Role.ADMIN},
    Action.MANAGE_FAMILY: {Role.ADMIN},
    Action.READ_CHANGES: {Role.ADMIN},
    Action.REMOVE_PERSON: {Role.ADMIN},
    Action.EXPORT: {Role.ADMIN, Role.CAREGIVER, Role.VIEWER, Role.RECIPIENT},
    Action.ADD_PERSON: {Role.ADMIN, Role.CAREGIVER},
    Action.CHANGE_MEDICINES: {Role.ADMIN, Role.CAREGIVER},
    Action.CHANGE_CONTACTS: {Role.ADMIN, Role.CAREGIVER},
    Action.CHANGE_APPOINTMENTS: {Role.ADMIN, Role.CAREGIVER},
    Action.DRIVE: {Role.ADMIN, Role.CAREGIVER},
    Action.RECORD_DOSE: {Role.ADMIN, Role.CAREGIVER},
    Action.RECORD_OWN_DOSE: {Role.ADMIN, Role.CAREGIVER, Role.RECIPIENT},
}


@pytest.mark.parametrize("action", Action)
def test_each_action_is_for_these_roles_only(action: Action) -> None:
    assert {role for role in Role if may(role, action)} == EXPECTED[action]


def test_every_role_stands_in_the_table() -> None:
    assert set(ALLOWED) == set(Role)


def test_viewers_and_the_cared_for_are_not_asked_first() -> None:
    assert set(ASKED_FIRST) == {Role.ADMIN, Role.CAREGIVER}
