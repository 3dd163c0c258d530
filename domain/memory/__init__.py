"""What a family can bring back, what it can look up, and what is deleted for good."""
