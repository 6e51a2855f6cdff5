"""examples/hpc: the loop that stands in for an array of jobs gives the reports of unbroken runs, and scripts parse."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from killed_commands import matrix_file, without_times
from launched_ranks import launcher
from source_tree import ROOT

from rhochain import cli

HPC = ROOT / "examples" / "hpc"
pytestmark = pytest.mark.skipif(os.name != "posix" or shutil.which("bash") is None, reason="needs bash")


def run(arguments, folder, **more):
    """With `rhochain` on the path, that of this interpreter."""
    programs = folder / "bin"
    programs.mkdir(exist_ok=True)
    program = programs / "rhochain"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m rhochain "$@"\n')
    program.chmod(0o755)
    environment = {**os.environ, "PATH": f"{programs}:{more.pop('PATH', os.environ['PATH'])}", **more}
    return subprocess.run(arguments, cwd=folder, env=environment, capture_output=True, text=True, timeout=300)


def report(path):
    plain = without_times(json.loads(Path(path).read_text(encoding="utf-8")))
    del plain["computed"]["threads"]
    return plain


def test_a_sweep_in_pieces_gives_the_reports_of_unbroken_runs(tmp_path):
    sweep = HPC / "sweep.sh"
    files = [matrix_file(tmp_path, (n, 8)) for n in (300, 400)]
    pieces = run([sweep, *files], tmp_path, MAX_SECONDS="0.02", TRIES="2")
    assert pieces.returncode in (0, 75), pieces.stderr
    whole = run([sweep, *files], tmp_path)
    assert whole.returncode == 0, whole.stderr
    task = run([sweep, *files], tmp_path, SLURM_ARRAY_TASK_ID="1")
    assert task.returncode == 0, task.stderr
    for number, file in enumerate(files):
        assert cli.main(["check", str(file), "--activation", "tanh", "--json", str(tmp_path / "unbroken.json")]) == 0
        assert report(tmp_path / f"{number}.json") == report(tmp_path / "unbroken.json")


@pytest.mark.parametrize("code", [0, 75])
def test_a_job_that_is_not_done_is_requeued(code, tmp_path):
    for name, lines in (("srun", f"exit {code}"), ("scontrol", 'echo "$@" > requeued')):
        (tmp_path / name).write_text(f"#!/bin/sh\n{lines}\n")
        (tmp_path / name).chmod(0o755)
    path = f"{tmp_path}:{os.environ['PATH']}"
    job = {"SLURM_JOB_ID": "7", "SLURM_CPUS_PER_TASK": "1", "SLURM_ARRAY_JOB_ID": "6", "SLURM_ARRAY_TASK_ID": "3"}
    for script, name in (("requeue.sbatch", "7"), ("ranks.sbatch", "7"), ("array.sbatch", "6_3")):
        ended = subprocess.run(
            ["bash", HPC / script, "W.npz"], cwd=tmp_path, env={**os.environ, **job, "PATH": path}, timeout=60
        )
        assert ended.returncode == code
        assert (tmp_path / "requeued").exists() == (code == 75)
        if code == 75:
            assert (tmp_path / "requeued").read_text() == f"requeue {name}\n"


def test_a_job_of_ranks_gives_the_report_of_one_process(tmp_path):
    file = matrix_file(tmp_path, (400, 8))
    srun = tmp_path / "srun"
    srun.write_text(f'#!/bin/sh\nshift 2\nexec "{launcher()}" -n 2 "$@"\n')  # without the options of SLURM
    srun.chmod(0o755)
    job = {"SLURM_JOB_ID": "7", "SLURM_CPUS_PER_TASK": "1", "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    ended = run(["bash", HPC / "ranks.sbatch", file], tmp_path, **job)
    assert ended.returncode == 0, ended.stderr
    assert cli.main(["check", str(file), "--activation", "tanh", "--json", str(tmp_path / "unbroken.json")]) == 0
    assert report(tmp_path / "report.json") == report(tmp_path / "unbroken.json")


@pytest.mark.parametrize("script", sorted(HPC.glob("*.s*")), ids=lambda path: path.name)
def test_scripts_parse(script):
    if script.suffix in {".sh", ".sbatch"}:
        subprocess.run(["bash", "-n", script], check=True, timeout=60)


@pytest.mark.slow
@pytest.mark.parametrize(("script", "needs"), [("sweep_joblib.py", "joblib"), ("sweep_dask.py", "distributed")])
def test_a_sweep_in_workers(script, needs, tmp_path):
    pytest.importorskip(needs)
    shown = run([sys.executable, HPC / script], tmp_path)
    assert shown.returncode == 0, shown.stderr
    assert sorted(line.split(":")[0] for line in shown.stdout.splitlines()) == [f"seed {k}" for k in range(8)]
