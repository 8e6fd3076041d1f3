"""Questions asked by solving again: what money buys, what breaks first, where one more person helps, what a rule costs."""
