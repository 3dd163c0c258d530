"""The times that appointments take place: facts of each, lookups, lists and conflicts."""
