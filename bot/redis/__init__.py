"""State that replicas share and that may be lost: conversations, counters, leases."""
