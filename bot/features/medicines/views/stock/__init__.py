"""What is left of medicines, and refills."""
