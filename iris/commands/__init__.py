"""The `iris` commands: one file per thing a user asks of pictures and templates."""
