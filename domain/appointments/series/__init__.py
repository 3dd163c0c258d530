"""The series of an appointment: its rule, the rows made from it, and their timers."""
