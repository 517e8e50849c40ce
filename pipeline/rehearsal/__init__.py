"""演练: a province's week on simulated time: sandboxes for platforms, a person who acts, the checker at the end."""
