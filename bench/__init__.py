"""Measurements, as ratios within one run: absolute seconds say more about the machine than about the code."""
