"""What replicas share and may lose: conversations, counts, leases. Never the truth."""
