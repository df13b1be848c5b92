"""Writes, as verbs with an explicit actor. Nothing here knows the web or commits."""
