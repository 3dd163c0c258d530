"""What people are told of appointments: reminders, and files for their calendars."""
