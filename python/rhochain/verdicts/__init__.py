"""What follows from the bounds: a verdict and its reason. Imports `inputs` and `estimates`.

- `boundary`: CANNOT_EXPLODE.
- `certificates`: the norms of W that certify vanishing.
- `conclusions`: `Verdict`, `Condition` and `Decision`.
- `conditions`: the conditions of Pascanu, Mikolov & Bengio (2013).
- `critical_gain`: below which factor on W gradients vanish, above which some explode.
- `decision`: from evidence to a verdict for every input.
- `evidence`: the bounds that a verdict rests on.
- `explosion`: EXPLODES_FOR_SOME_SLOPES.
- `investigation`: which quantity is computed next, and when to stop.
- `linear_networks`: verdicts for linear networks.
- `scale_investigation`: what a sweep asks about one matrix.
- `scaled_evidence`: the evidence of g W, with a leak, from that of W.
- `second_attempts`: quantities that straddle 1, computed again at a smaller rtol.
- `trajectories`: verdicts for one trajectory.
- `value_order`: values in the order that the quantities have.
- `vanishing`: VANISHES.
"""
