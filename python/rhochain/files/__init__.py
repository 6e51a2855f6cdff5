"""Matrices from files. Imports `weights`; `objects`, the command line and the package itself import it.

- `archives`: matrices from .npz.
- `faults`: what is wrong inside a file, and where.
- `load_options`: the arguments of `load` beside the path.
- `loading`: `load` and its table of readers by the ending of the name.
- `matrix_market`: matrices from Matrix Market text.
- `node_lists`: the neurons of W in order, from an array or a file.
- `numpy_files`: matrices from .npy.
- `text_lines`: lines of numbers, read in blocks and counted.
"""
