"""Buttons as typed values: each kind says what it is about, and how it is written."""
