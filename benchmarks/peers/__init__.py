"""The same instances given to other ways of solving, to compare with. See ``benchmarks/README.md``."""
