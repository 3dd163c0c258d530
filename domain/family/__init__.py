"""Families, members, invitations, the people they care for, and quotas."""
