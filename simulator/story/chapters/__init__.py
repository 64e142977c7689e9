"""The chapters of the story, in the order of the day; each holds the cabinet to what it must do."""
