"""Matrices from files. Imports `weights`; `objects`, the command line and the package itself import it.

- `archives`: matrices from .npz.
- `faults`: what is wrong inside a file, and where.
- `loading`: `load`, which chooses the reader by the ending of the name.
- `matrix_market`: matrices from Matrix Market text.
- `numpy_files`: matrices from .npy.
- `text_lines`: lines of numbers, read in blocks and counted.
"""
