"""Hostile input: nothing anybody writes may run in a reader's browser, or hold up the desk."""
