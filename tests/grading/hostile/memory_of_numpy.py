# tries: a terabyte of numbers
# status: out-of-memory
# score: 0
import numpy

numpy.ones(1 << 42)
