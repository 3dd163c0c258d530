"""Whom a family can reach: doctors."""
