"""The commands of the command line, a module each. `cli` is the door to them.

- `exits`: exit codes.
"""
