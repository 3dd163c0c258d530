"""What a medicine is (its name, how much, when): a new one, and a change of one."""
