"""Changes of a schedule part by part: what is named changes, and everything else stays."""
