"""What a site sets: typed settings, their defaults, and example sites."""
