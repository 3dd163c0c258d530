"""Invitations that somebody could still use: listed, and revoked."""
