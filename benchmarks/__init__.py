"""Speed as ratios against a yardstick in the same run, interleaved (A B A B), medians and noise."""
