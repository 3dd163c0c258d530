"""What conversations that areas share show."""
