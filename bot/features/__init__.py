"""What people can do, area by area: parse, one domain operation, a view."""
