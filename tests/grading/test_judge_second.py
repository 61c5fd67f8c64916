"""Exercise 2: which exceptions are the framework's own about dimensions, and which claims fit."""

from __future__ import annotations

from fractions import Fraction

import pytest

from pytest_lazyinit.grading.session import Gone
from tests.grading.scripted import Scripted, claimed, error, graded

HALF = Fraction(1, 2)


def run(raised=None, claim=("RuntimeError", "first_pass"), passes=0, **reply):
    told = {"claim": claimed(raises=claim[0], when=claim[1])}
    return Scripted(run2={**told, **reply} if reply else {**told, "passes": passes, "raised": raised, "input": [2, 20]})


DIMENSIONS = {
    "torch": ["mat1 and mat2 shapes cannot be multiplied (2x20 and 30x10)", "size mismatch, got input (2), mat (2x20), vec (30)",
              "The size of tensor a (3) must match the size of tensor b (4) at non-singleton dimension 1",
              "Given groups=1, weight of size [8, 1, 3], expected input[2, 2, 20] to have 1 channels, but got 2 channels instead",
              "running_mean should contain 5 elements not 6", "input.size(-1) must be equal to input_size. Expected 20, got 30",
              "Given normalized_shape=[20], expected input with shape [*, 20], but got input of size[2, 30]"],
    "tensorflow": ["Matrix size-incompatible: In[0]: [2,30], In[1]: [20,3] [Op:MatMul]", "Dimensions must be equal, but are 20 and 30",
                   'Input 0 of layer "dense" is incompatible with the layer: expected axis -1 of input shape to have value 20, but received input with shape (2, 30)',
                   "Incompatible shapes: [2,3] vs. [2,4] [Op:AddV2]", "input depth must be evenly divisible by filter depth: 4 vs 3"],
    "flax": ["dot_general requires contracting dimensions to have the same shape, got (30,) and (20,).", "add got incompatible shapes for broadcasting: (2, 3), (2, 4).",
             'Initializer expected to generate shape (30, 10) but got shape (20, 10) instead for parameter "kernel" in "/"'],
    "mxnet": ["MXNetError: Shape inconsistent, Provided = [10,30], inferred shape=(10,25)", "Operands could not be broadcast together with shapes [2,3] [2,4]",
              "Check failed: L[!Ta].Size() == R[Tb].Size() (30 vs. 20) : dot shape error: [2,30] X [20,3]"],
}
OTHER = {
    "torch": ["mat1 and mat2 must have the same dtype, but got Long and Float", "expected scalar type Float but found Double", "Dimension out of range (expected to be in range of [-1, 0], but got 1)",
              "Expected 2D (unbatched) or 3D (batched) input to conv1d, but got input of size: [20]", "Expected more than 1 value per channel when training, got input size torch.Size([1, 8])",
              "linear(): argument 'input' (position 1) must be Tensor, not list", "division by zero"],
    "tensorflow": ['Input 0 of layer "conv2d" is incompatible with the layer: expected min_ndim=4, found ndim=2. Full shape received: (2, 20)',
                   "cannot compute MatMul as input #1(zero-based) was expected to be a double tensor but is a float tensor [Op:MatMul]"],
    "flax": ["axis 2 is out of bounds for array of dimension 2", "matmul input operand 1 must have ndim at least 1, but it has ndim 0"],
    "mxnet": ["Parameter 'dense0_weight' has not been initialized. Note that you should initialize parameters",
              "Parameter 'dense0_weight' has not been initialized yet because initialization was deferred. Actual initialization happens during the first forward pass."],
}
ORIGINS = {"torch": "torch/nn/modules/linear.py", "tensorflow": "keras/src/engine/input_spec.py", "flax": "jax/_src/lax/lax.py", "mxnet": "mxnet/base.py"}


@pytest.mark.parametrize("framework, text", [(name, text) for name, texts in DIMENSIONS.items() for text in texts])
def test_an_error_about_dimensions_earns_its_mark(framework, text):
    assert graded("2", run(error(text=text, origin=ORIGINS[framework])), framework).score == 1


@pytest.mark.parametrize("framework, text", [(name, text) for name, texts in OTHER.items() for text in texts])
def test_an_error_about_something_else_earns_nothing(framework, text):
    result = graded("2", run(error(text=text, origin=ORIGINS[framework])), framework)
    assert result.score == 0 and "about something else" in result.feedback[0] and result.feedback[0].startswith("line 12: ")


@pytest.mark.parametrize("framework, facts", [
    ("torch", {"raised_by_hand": True}),
    ("torch", {"frames": [["grader", 1], ["student", 12]]}),          # from compiled code of nobody knows whom
    ("torch", {"frames": [["grader", 1], ["student", 12], ["other", 3]]}),
    ("torch", {"frames": []}),
    ("torch", {"origin": "torch/__init__.py"}),                       # torch._assert and the like
    ("tensorflow", {"origin": "tensorflow/python/ops/check_ops.py"}),
    ("mxnet", {"origin": "mxnet/test_utils.py"}),
])
def test_an_error_that_is_not_the_frameworks_own_earns_nothing(framework, facts):
    assert graded("2", run(error(**facts)), framework).score == 0


def test_an_operator_of_the_framework_in_the_answers_own_line_counts():
    assert graded("2", run(error(frames=[["grader", 1], ["student", 12]], native=True))).score == 1


def test_nothing_raised_earns_nothing():
    result = graded("2", run(None))
    assert result.score == 0 and "nothing was raised" in result.feedback[0] and result.feedback[0].startswith("line 11: ")


@pytest.mark.parametrize("claim, passes, score", [
    (("RuntimeError", "first_pass"), 0, 1), (("RuntimeError", "second_pass"), 0, HALF), (("RuntimeError", "second_pass"), 3, 1),
    (("RuntimeError", "first_pass"), None, 1), (("RuntimeError", "second_pass"), None, 1), (("RuntimeError", "construction"), None, HALF),
    (("builtins.RuntimeError", "first_pass"), 0, 1), (("runtimeerror", "first_pass"), 0, HALF), (("Exception", "first_pass"), 0, HALF),
    (("RuntimeError", "later"), 0, HALF), ((None, "first_pass"), 0, HALF), (({"type": "Liar"}, "first_pass"), 0, HALF),
])
def test_a_claim_fits_what_the_run_did(claim, passes, score):
    assert graded("2", run(error(), claim, passes)).score == score


def test_a_base_of_the_exception_is_right_too():
    raised = error("MXNetError", "Shape inconsistent, Provided = [10,30]", bases=["MXNetError", "RuntimeError", "Exception", "BaseException", "object"], origin="mxnet/base.py")
    assert graded("2", run(raised, ("RuntimeError", "first_pass")), "mxnet").score == 1


@pytest.mark.parametrize("when, score", [("construction", 1), ("first_pass", HALF)])
def test_an_error_while_the_network_is_built(when, score):
    assert graded("2", run(claim=("RuntimeError", when), error=error())).score == score


def test_an_exit_is_a_crash_of_this_exercise():
    result = graded("2", run(error=error("SystemExit", "0", frames=[["student", 12]])))
    assert (result.score, result.status) == (0, "crashed") and result.feedback == ("line 12: The answer ended its own process (SystemExit).",)


def test_memory_that_runs_out_ends_the_exercise():
    with pytest.raises(Gone) as gone:
        graded("2", run(error(text="[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried to allocate 99 bytes")))
    assert gone.value.status == "out-of-memory"
