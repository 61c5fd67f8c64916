"""Recipes that build the models of the shipped suites, a module a framework; importing one imports no framework."""
