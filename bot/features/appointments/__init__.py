"""Appointments: adding, moving, changing and driving to them, and how they went."""
