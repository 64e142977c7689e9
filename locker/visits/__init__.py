"""What people do at the cabinet in one go: a file for each kind, and `visit` and `doorway` that all share."""
