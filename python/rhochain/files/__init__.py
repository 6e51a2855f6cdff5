"""Matrices from files. Imports `weights`; `objects`, the command line and the package itself import it.

- `archives`: matrices from .npz.
- `array_tables`: arrays by name, read as a table.
- `arrow_blocks`: what the blocks of an Arrow file state about their sizes.
- `arrow_columns`: columns of Arrow as arrays.
- `arrow_tables`: tables from Feather files.
- `edge_columns`: which columns of a table are what.
- `edge_tables`: W of an edge table.
- `extras`: optional libraries.
- `faults`: what is wrong inside a file, and where.
- `load_options`: the arguments of `load` beside the path.
- `loading`: `load` and its table of readers by the ending of the name.
- `matrix_market`: matrices from Matrix Market text.
- `node_lists`: the neurons of W in order, from an array or a file.
- `numpy_files`: matrices from .npy.
- `parquet_tables`: tables from Parquet files.
- `side_files`: files that arguments name beside the path.
- `sign_requests`: what `sign=` and `transmitter=` ask for.
- `table_files`: the table of a file, by its ending.
- `table_sizes`: what a table states about its size, checked.
- `tables`: what a table is, and what its columns are read as.
- `text_lines`: lines of numbers, read in blocks and counted.
- `text_tables`: tables from .csv and .tsv.
"""
