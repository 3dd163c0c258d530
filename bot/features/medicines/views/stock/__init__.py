"""The stock of medicines, and refills."""
