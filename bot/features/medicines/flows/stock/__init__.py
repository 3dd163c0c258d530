"""What is left of medicines: refills, and how much of it makes one dose."""
