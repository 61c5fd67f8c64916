# tries: an object that runs code where it is unpickled
# status: graded
# score: 0
import os


class Liar:
    def __reduce__(self):
        return os.system, ("touch /tmp/unpickled",)

    __reduce_ex__ = lambda self, protocol: self.__reduce__()
    __deepcopy__ = lambda self, memo: self


EX1_IN = 4
EX1_CLAIM = {"first": True, "rest": False}
EX2_CLAIM = {"raises": "RuntimeError", "when": "first_pass"}


def ex1():
    return Liar()


ex3 = ex1


def ex2():
    return Liar(), Liar()
