"""演练: a province's week on simulated time, with sandboxes for platforms, a person who acts, and the checker at the end."""
