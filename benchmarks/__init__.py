"""Speed, measured as ratios within one run: nothing is measured here yet."""
