"""What people type after a command: one file for each."""
