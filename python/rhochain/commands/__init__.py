"""The commands of the command line, a module each. `cli` is the door to them.

- `arrays`: vectors and rows that options name, from .npy files.
- `bracket_answers`: the answer of `radius`, `norm` and `scale`, one bracket.
- `build_flags`: what a compiler needs to use the installed libraries.
- `check`: `rhochain check`, a verdict for each file.
- `compare`: `rhochain compare`, two matrices or reports side by side.
- `convert`: `rhochain convert`, a matrix in another kind of file.
- `exits`: exit codes.
- `info`: `rhochain info`, the build and the optional libraries.
- `matrix_files`: matrices written whole or not at all.
- `norm`: `rhochain norm`, the spectral norm.
- `option_groups`: options that several commands share, as dataclasses.
- `output`: where a command writes its answer, and how wide.
- `progress`: one line on the terminal that follows an estimate or a chain.
- `radius`: `rhochain radius`, the spectral or the Perron radius.
- `random_inputs`: seeded Gaussian inputs of any step, drawn where they are needed.
- `ranks`: the ranks of one command, who prints and how all of them end.
- `reading`: what a command reads, and the options of reading.
- `rescale`: `rhochain rescale`, a matrix with a given radius or norm.
- `saving`: runs that a file keeps, and how their commands end.
- `scale`: `rhochain scale`, the least norm of a diagonal scaling.
- `signals`: Ctrl-C, and the signals of a scheduler, while a command runs.
- `trajectories`: `rhochain chain` and `rhochain lyapunov`, along a rollout.
- `two_sides`: quantities of two matrices, and whether their brackets separate.
"""
