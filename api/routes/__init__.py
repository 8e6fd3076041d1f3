"""The routes: each reads what comes in, calls one function of the office, and shapes the answer."""
