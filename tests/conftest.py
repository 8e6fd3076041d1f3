"""Hypothesis profiles: `dev` by default, `ci` in continuous integration, `night` for a long hunt."""

import os

from hypothesis import HealthCheck, settings

_SLOW = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]
settings.register_profile("dev", max_examples=100, deadline=None, suppress_health_check=_SLOW)
settings.register_profile("ci", max_examples=300, deadline=None, derandomize=True, suppress_health_check=_SLOW)
settings.register_profile("night", max_examples=5_000, deadline=None, suppress_health_check=_SLOW)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "dev"))


def pytest_addoption(parser):
    parser.addoption("--pictures", default="out/pages", help="where pictures of the pages are kept")
    parser.addoption("--long", action="store_true", help="also solve every shipped scenario")
