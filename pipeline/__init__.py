"""The press room: carries out what the desks decided."""
