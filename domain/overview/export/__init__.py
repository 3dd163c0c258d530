"""Everything that a member may read of a family, as files."""
