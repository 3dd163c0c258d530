"""What people mean who say it in their own words: a sentence becomes a typed intent."""
