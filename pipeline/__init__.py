"""The press room: carries out what the desks decided."""

import gc

# Python's own 700 have it look for garbage hundreds of times while a program of ours is only being read, a sixth of
# the time a command takes to start; and a page makes thousands of objects that go by themselves.
gc.set_threshold(50_000, 20, 20)
