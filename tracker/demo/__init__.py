"""A fictional region in the middle of an outage, built through the services as its staff would have done it."""
