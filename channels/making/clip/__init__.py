"""Clips (短视频): a storyboard as data, drawn once, encoded a shot at a time, joined for every brand.

``script.storyboard`` writes the storyboard of a story; ``make.make`` makes its files.
"""
