"""The content of a medicine (name, dosage, schedule): adding one and changing one."""
