"""Real articles through every text channel: what was lost, what was said of them, how long it took."""
