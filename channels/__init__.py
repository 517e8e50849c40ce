"""The craft: one folder a platform, all with the same contract (`channels.contract`)."""
