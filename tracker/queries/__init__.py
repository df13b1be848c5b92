"""Reads. Nothing here changes anything."""
