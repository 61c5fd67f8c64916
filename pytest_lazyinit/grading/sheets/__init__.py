"""The sheets of the exercises, one a framework. They are copied, not imported: importing one imports its framework."""
