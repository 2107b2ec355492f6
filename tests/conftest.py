"""What every test folder shares."""

from hypothesis import HealthCheck, settings

pytest_plugins = ["skip_policy"]

# How long an example takes says how busy the machine is, not whether the code is right.
settings.register_profile("any-machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any-machine")
