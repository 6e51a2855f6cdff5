"""What every test starts from, and a second run of what was skipped for want of a library."""

import os
import signal
from pathlib import Path

# A shell that starts the tests in the background may have made them ignore Ctrl-C, which some of them send.
signal.signal(signal.SIGINT, signal.default_int_handler)

# Before NumPy is loaded. Matrices of tests are small, and threads of BLAS that find no free core wait busily:
# eigenvalues at n = 300 then take ten times as long.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

_WANT = "could not import"
_KEPT = "rhochain/wanting"


def pytest_addoption(parser):
    parser.addoption(
        "--wanting", action="store_true", help="run only what was skipped for want of a library since it last ran"
    )


def pytest_configure(config):
    config.pluginmanager.register(_Wanting(config))


class _Wanting:
    """Keeps which tests, and which whole files, wanted a library, from run to run."""

    def __init__(self, config):
        self._cache = getattr(config, "cache", None)
        self._only = config.getoption("wanting")
        self._before = set(self._cache.get(_KEPT, [])) if self._cache else set()
        self._now = {}

    def pytest_ignore_collect(self, collection_path, config):
        if self._only and collection_path.is_file():
            name = Path(collection_path).relative_to(config.rootpath).as_posix()
            return None if any(each.split("::")[0] == name for each in self._before) else True
        return None

    def pytest_collection_modifyitems(self, items):
        if self._only:
            items[:] = [item for item in items if {item.nodeid, item.nodeid.split("::")[0]} & self._before]

    def pytest_collectreport(self, report):
        if report.nodeid.endswith(".py"):
            self._note(report)

    def pytest_runtest_logreport(self, report):
        if report.when != "teardown":
            self._note(report)

    def _note(self, report):
        self._now[report.nodeid] = report.skipped and _WANT in str(report.longrepr)

    def pytest_sessionfinish(self):
        if self._cache:
            kept = (self._before - self._now.keys()) | {name for name, wanting in self._now.items() if wanting}
            self._cache.set(_KEPT, sorted(kept))
