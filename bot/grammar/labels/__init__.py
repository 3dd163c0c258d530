"""What labels and letters say beside amounts and times: short forms, how to take it, what for."""
