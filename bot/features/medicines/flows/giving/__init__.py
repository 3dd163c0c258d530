"""Intakes: recording one, recording one late, correcting one."""
