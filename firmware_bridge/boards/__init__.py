"""Lock board families: one file each, found by the family's name in the settings."""
