"""Long runs: how they are ended, saved and distinguished. Imports `inputs`.

- `checkpoints`: the state of a run in a file, from which a killed run goes on.
- `identity`: what distinguishes one run from another.
- `interruptions`: Ctrl-C during a run, with what was known by then.
- `signals`: signals of a scheduler, which end a call with what it has.
"""
