"""Messages about appointments: reminders, and calendar files."""
