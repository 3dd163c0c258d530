"""Records of doses and intakes: recording, correcting, undoing, history."""
