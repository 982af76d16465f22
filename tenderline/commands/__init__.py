"""The commands of `tenderline`, by what they are for. What they call is imported when they run."""
