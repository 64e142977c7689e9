"""One day of a community, played over the real wires by simulated people, and checked at its end."""
