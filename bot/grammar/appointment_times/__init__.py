"""When an appointment is: "tomorrow 14:30", "every Tuesday 10:00 until 1 March", "in two weeks"."""
