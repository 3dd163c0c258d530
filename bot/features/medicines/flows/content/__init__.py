"""What a medicine is (its name, dosage and schedule): adding one, and changing one."""
