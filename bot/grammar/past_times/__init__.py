"""When something was given, as people say it: "at 07:45", "last night", "half an hour ago"."""
