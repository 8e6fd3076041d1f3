"""The doors: command line, exports. Thin."""
