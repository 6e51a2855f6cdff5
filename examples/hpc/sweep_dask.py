"""The same sweep on the workers of a Dask cluster: pip install distributed. One argument: the scheduler's address."""

import sys

from dask.distributed import Client, as_completed
from sweep_joblib import radius

if __name__ == "__main__":
    # Workers are processes: a core each, and their own memory.
    cluster = {"address": sys.argv[1]} if sys.argv[1:] else {"n_workers": 2, "threads_per_worker": 1}
    with Client(**cluster) as client:
        if sys.argv[1:]:
            client.upload_file(radius.__code__.co_filename)
        for future in as_completed(client.map(radius, range(8))):
            seed, lower, value, upper = future.result()
            print(f"seed {seed}: {lower:.4f} <= {value:.4f} <= {upper:.4f}")
