"""What a medicine is (its name, how much, when): adding one, and changing one."""
