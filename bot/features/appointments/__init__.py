"""Appointments: adding, moving, changing, driving, how it went."""
