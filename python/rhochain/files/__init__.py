"""Matrices from files. Imports `weights`; `objects`, the command line and the package itself import it.

- `annotated_data`: AnnData, `.h5ad`.
- `archives`: matrices from .npz.
- `binary_files`: files whose ending says nothing, by their first bytes.
- `choices`: which of the matrices of a container is W.
- `faults`: what is wrong inside a file, and where.
- `hdf5_files`: HDF5 files, whose links and sizes are checked.
- `hdf5_heaps`: where HDF5 keeps texts, checked.
- `hdf5_matrices`: matrices from HDF5 of any layout.
- `hdf5_sparse`: one matrix of an HDF5 file.
- `libraries`: optional libraries that read files.
- `load_options`: the arguments of `load` beside the path.
- `loading`: `load` and its table of readers by the ending of the name.
- `mat5_variables`: variables of MATLAB's .mat of version 5.
- `mat_files`: matrices from .mat of versions 5 and 7.3.
- `matrix_market`: matrices from Matrix Market text.
- `node_lists`: the neurons of W in order, from an array or a file.
- `numpy_files`: matrices from .npy.
- `petsc_files`: matrices from PETSc's binary format.
- `safe_tensors`: tensors from safetensors.
- `sonata_edges`: edges of SONATA.
- `sonata_types`: edge types of SONATA.
- `sparse_parts`: sparse matrices from the arrays that describe them.
- `state_dicts`: files of named tensors.
- `text_lines`: lines of numbers, read in blocks and counted.
- `torch_files`: tensors from files of `torch.save`.
"""
