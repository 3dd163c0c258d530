"""Roles, and the one table that says what each role may do."""

from enum import StrEnum


class Role(StrEnum):
    ADMIN = "admin"
    CAREGIVER = "caregiver"
    VIEWER = "viewer"  # reads and receives
    RECIPIENT = "recipient"  # the cared-for person: confirms own doses


class Action(StrEnum):
    READ = "read"
    INVITE = "invite"
    MANAGE_MEMBERS = "manage_members"  # remove them, change their roles, see who is invited
    MANAGE_FAMILY = "manage_family"  # its name, settings and group; dissolve it
    READ_CHANGES = "read_changes"  # who changed what
    EXPORT = "export"
    ADD_PERSON = "add_person"
    REMOVE_PERSON = "remove_person"
    CHANGE_MEDICINES = "change_medicines"
    CHANGE_APPOINTMENTS = "change_appointments"
    CHANGE_CONTACTS = "change_contacts"  # whom to call in an emergency, and whom first
    DRIVE = "drive"
    RECORD_DOSE = "record_dose"  # anybody's
    RECORD_OWN_DOSE = "record_own_dose"


ALLOWED: dict[Role, frozenset[Action]] = {
    Role.ADMIN: frozenset(Action),
    Role.CAREGIVER: frozenset(Action)
    - {
        Action.INVITE,
        Action.MANAGE_MEMBERS,
        Action.MANAGE_FAMILY,
        Action.READ_CHANGES,
        Action.REMOVE_PERSON,
    },
    Role.VIEWER: frozenset({Action.READ, Action.EXPORT}),
    Role.RECIPIENT: frozenset({Action.READ, Action.EXPORT, Action.RECORD_OWN_DOSE}),
}

# Roles that get a person's cards first. The recipient is asked too, about their own doses.
ASKED_FIRST = (Role.ADMIN, Role.CAREGIVER)


def may(role: Role, action: Action) -> bool:
    """Whether the role includes the action. Checked inside the transaction, on every press."""
    return action in ALLOWED[role]
