"""Own models of many kinds, a module a framework: sound ones, and wrong ones with the clauses that must fail."""
