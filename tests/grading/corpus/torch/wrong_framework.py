"""Wrong: networks of NumPy alone."""
import numpy as np

EX1_IN = 20
EX1_CLAIM = {"first": True, "rest": False}


def ex1():
    return lambda X: X


EX2_CLAIM = {"raises": "ValueError", "when": "first_pass"}


def ex2():
    return (lambda X: X @ np.ones((20, 3))), np.ones((2, 30))


def ex3():
    W = np.ones((512, 3), dtype="float32")
    return lambda X: np.asarray(X) @ W[:X.shape[1]]
