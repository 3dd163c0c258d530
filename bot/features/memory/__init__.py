"""What was removed and can be brought back, and who changed what."""
