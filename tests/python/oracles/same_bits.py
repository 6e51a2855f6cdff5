"""All quantities of all matrices on 1 to 4 ranks beside one process, bit for bit; exit status 1 where they differ.

python tests/python/oracles/same_bits.py [--case iid-200000] [--ranks 2] [--idle]

With --idle rank 1 has no rows where there are several ranks.
"""

import argparse
import json
import sys
import time

from launched_ranks import RESULTS, alone, on_ranks

CASES = ["iid-20000", "outlier-20000", "nilpotent-20000", "dale-20000", "float-20000", "celegans"]
LIMIT = 3600.0  # seconds of a run
QUANTITIES = ["products", "components", "radius", "start", "norm", "perron", "scaled"]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--case", action="append")
    parser.add_argument("--quantity", action="append", choices=QUANTITIES)
    parser.add_argument("--ranks", type=int, action="append")
    parser.add_argument("--idle", action="store_true")
    options = parser.parse_args()
    first = "--idle" if options.idle else "--ranks"
    quantities = options.quantity or QUANTITIES
    wrong = 0
    for case in options.case or CASES:
        began = time.perf_counter()
        expected = json.loads(alone(RESULTS, case, *quantities, seconds=LIMIT))
        print(f"{case:<18}one process {time.perf_counter() - began:.1f} s", flush=True)
        for ranks in options.ranks or (1, 2, 3, 4):
            began = time.perf_counter()
            found = json.loads(on_ranks(ranks, RESULTS, first, case, *quantities, seconds=LIMIT))
            differing = [name for name in quantities if found[name] != expected[name]]
            wrong += len(differing)
            said = f"differ: {', '.join(differing)}" if differing else "same bits"
            print(f"{case:<18}{ranks} ranks, {said}, {time.perf_counter() - began:.1f} s", flush=True)
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
