"""How the tables came to be, step by step, and the walls (triggers) that guard them."""
