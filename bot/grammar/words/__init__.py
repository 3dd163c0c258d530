"""The words that people use, as data: one package for each language."""
