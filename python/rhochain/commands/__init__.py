"""The commands of the command line, a module each. `cli` is the door to them.

- `build_flags`: what a compiler needs to use the installed libraries.
- `exits`: exit codes.
"""
