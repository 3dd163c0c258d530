"""The page of phones: its routes, and the files that the browser loads."""
