"""The shipped suites: pytest files that bind built-in subjects to the contract."""
