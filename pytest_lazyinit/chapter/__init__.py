"""The chapter's own statements, printed outputs and exercises as checks, a module a framework."""
