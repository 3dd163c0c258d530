"""What becomes of what somebody promised, did and wrote once they are gone."""
