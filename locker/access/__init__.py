"""Rights shown at the keypad: pickup codes, one-time codes, couriers' PINs, and patience with wrong ones."""
