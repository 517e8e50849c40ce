"""The store: content-addressed bytes, pictures and their variants, fonts, and the limited child process."""
