"""What every test folder shares."""

pytest_plugins = ["skip_policy"]
