"""Wall time of ``pytest --lazyinit --lazyinit-framework=X`` against importing X and one first pass of the MLP.

Both run in turn, each as a process of its own, from an empty folder; the ratio is taken pair by pair.
Run it where the frameworks are installed:  python benchmarks/suite.py [torch …] [--runs 3]
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from typing import List

from pytest_lazyinit import frameworks

BARE = {
    "torch": "import torch; from torch import nn; nn.Sequential(nn.LazyLinear(256), nn.ReLU(), nn.LazyLinear(10))(torch.rand(2, 20))",
    "tensorflow": "import tensorflow as tf; tf.keras.models.Sequential([tf.keras.layers.Dense(256, activation='relu'),"
                  " tf.keras.layers.Dense(10)])(tf.random.uniform((2, 20)))",
    "flax": "import jax; from flax import linen as nn; net = nn.Sequential([nn.Dense(256), nn.relu, nn.Dense(10)]);"
            " x = jax.numpy.zeros((2, 20)); net.apply(net.init(jax.random.PRNGKey(0), x), x).block_until_ready()",
    "mxnet": "from mxnet import np, npx; from mxnet.gluon import nn; npx.set_np(); net = nn.Sequential();"
             " net.add(nn.Dense(256, activation='relu')); net.add(nn.Dense(10)); net.initialize(); net(np.random.uniform(size=(2, 20))).asnumpy()",
}


def seconds(command: List[str], folder: str) -> float:
    """Wall time of a command that must succeed."""
    started = time.perf_counter()
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(command[:5])} … failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return time.perf_counter() - started


def measure(name: str, runs: int, folder: str) -> str:
    suite = [sys.executable, "-m", "pytest", "--lazyinit", f"--lazyinit-framework={name}", "-q", "-p", "no:cacheprovider"]
    bare = [sys.executable, "-c", BARE[name]]
    seconds(bare, folder)  # fills the file cache
    pairs = [(seconds(suite, folder), seconds(bare, folder)) for _ in range(runs)]
    ratio = statistics.median(one / other for one, other in pairs)
    whole, alone = (statistics.median(side) for side in zip(*pairs))
    return f"{name:<12}{whole:>10.2f} s{alone:>10.2f} s{ratio:>9.2f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("frameworks", nargs="*", default=[name for name in BARE if frameworks.installed(name)])
    parser.add_argument("--runs", type=int, default=3)
    chosen = parser.parse_args()
    print(f"{'framework':<12}{'suite':>12}{'bare':>12}{'ratio':>9}   (median of {chosen.runs})")
    with tempfile.TemporaryDirectory() as folder:
        for name in chosen.frameworks:
            print(measure(name, chosen.runs, folder), flush=True)


if __name__ == "__main__":
    main()
