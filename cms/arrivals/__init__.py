"""Arrivals (收稿): Word, pasted HTML, old archives as manuscripts of ours, and a list of what did not come along."""
