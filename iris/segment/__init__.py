"""Where pupil, iris, lids, lashes and highlights are: one file per part, composed in `eye`."""
