"""When something was given, in people's words: "at 07:45", "last night", "half an hour ago"."""
