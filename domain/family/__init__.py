"""Families, their members and invitations, the people they care for, and what one may hold."""
