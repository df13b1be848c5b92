"""Fields and validators of the pages."""
