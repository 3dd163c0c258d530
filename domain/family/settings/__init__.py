"""What a family and its members have set: who is asked first, and how often."""
