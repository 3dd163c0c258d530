"""Views for conversations that several areas share."""
