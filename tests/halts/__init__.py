"""停发 and 快讯: what stops everything, and what overtakes it."""
