"""Alembic revisions and what runs them."""
