"""A command with --checkpoint that is ended at any moment: the same command goes on to the bits of an unbroken run."""

import json
import os
import signal

import numpy as np
import pytest
from killed_commands import Command, matrix_file, without_times
from scipy import sparse

import rhochain as rc
from rhochain import cli
from rhochain.commands.signals import signals

posix = pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("kept")


@pytest.fixture(scope="module")
def small(folder):
    return str(matrix_file(folder, (500, 8)))


def refused(arguments, capsys):
    with pytest.raises(SystemExit) as end:
        cli.main([str(each) for each in arguments])
    assert end.value.code == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.count("\n") == 1
    return shown.err


@posix
@pytest.mark.slow
@pytest.mark.parametrize("kind", ["norm", "check"])
def test_a_run_ended_in_every_way_goes_on_to_the_same_bits(kind, folder):
    command = Command(kind, folder)
    rng = np.random.default_rng()
    for number, expected in (
        (signal.SIGKILL, -signal.SIGKILL),
        (signal.SIGTERM, 75),
        (signal.SIGUSR1, 75),
        (signal.SIGKILL, -signal.SIGKILL),
    ):
        code, errors = command.ended(number, float(rng.uniform(0.0, 0.1)))
        assert code in (expected, 0), errors  # it may have come to its end on a fast machine
        if code == 75:
            assert errors.endswith(f"; the same command goes on from {command.path}\n")
            assert errors.count("\n") == 1
    code, _ = command.answer("--max-seconds", "0.05")
    assert code in (75, 0)
    assert command.answer() == command.answer(saving=False)
    assert command.answer()[0] == 0


@posix
@pytest.mark.parametrize("kind", ["chain", "lyapunov"])
def test_a_trajectory_goes_on_too(kind, folder):
    command = Command(kind, folder)
    command.arguments[command.arguments.index("--steps") + 1] = "300"
    code, _ = command.answer("--max-seconds", "0")
    assert code == 75
    assert command.answer() == command.answer(saving=False)
    assert all(path.name.startswith(command.path.name) for path in command.files)


def test_the_clock_leaves_75_with_a_file_alone(small, tmp_path, capsys):
    path = tmp_path / "a.run"
    arguments = ["norm", small, "--max-seconds", "0"]
    assert cli.main(arguments) == 0
    assert capsys.readouterr().err == ""
    assert cli.main([*arguments, "--checkpoint", str(path)]) == 75
    shown = capsys.readouterr()
    assert "ended early; the bounds hold" in shown.out
    assert shown.err == f"rhochain: the time is spent; the same command goes on from {path}\n"
    assert cli.main(["norm", small, "--checkpoint", str(path)]) == 0


def test_a_budget_of_products_is_an_end(small, tmp_path, capsys):
    arguments = [
        "radius",
        small,
        "--max-matvecs",
        "40",
        "--max-seconds",
        "100",
        "--checkpoint",
        str(tmp_path / "a.run"),
    ]
    for _ in range(2):
        assert cli.main(arguments) == 0
        assert "ended early" in capsys.readouterr().out


@posix
@pytest.mark.parametrize(("name", "code"), [("SIGINT", 130), ("SIGTERM", 143), ("SIGUSR1", 138)])
@pytest.mark.parametrize("kept", [False, True])
def test_exit_codes_of_signals(name, code, kept, small, tmp_path, monkeypatch, capsys):
    path = tmp_path / "a.run"
    number = getattr(signal, name)

    def send(*_arguments, callback, **options):
        signal.raise_signal(number)

    monkeypatch.setattr("rhochain.commands.norm.spectral_norm", send)
    before = signal.getsignal(number)
    found = cli.main(["norm", small, *(["--checkpoint", str(path)] if kept else [])])
    assert found == (75 if kept and name != "SIGINT" else code)
    assert signal.getsignal(number) is before
    assert ("the same command begins anew" in capsys.readouterr().err) == kept


@posix
def test_what_a_scheduler_repeats_does_not_end_the_saving():
    with signals.caught():
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGUSR1)
        signal.raise_signal(signal.SIGTERM)
        assert signals.word == "ended by SIGUSR1"
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)


def test_a_finished_run_keeps_its_file_and_is_read_from_it(small, tmp_path, capsys):
    path = tmp_path / "a.run"
    arguments = ["radius", small, "--checkpoint", str(path), "--json", "-"]
    answers = []
    for _ in range(2):
        assert cli.main(arguments) == 0
        answers.append(without_times(json.loads(capsys.readouterr().out)))
        assert path.is_file()
    assert answers[0] == answers[1]


def test_other_runs_and_damaged_files_are_refused_by_name(small, tmp_path, capsys, monkeypatch):
    path = tmp_path / "a.run"
    arguments = ["norm", small, "--checkpoint", path]
    assert cli.main([str(each) for each in arguments]) == 0
    capsys.readouterr()
    content = path.read_bytes()
    other = tmp_path / "other.npz"
    sparse.save_npz(other, 2.0 * sparse.load_npz(small))
    assert "is of another run (matrix: " in refused(["norm", other, "--checkpoint", path], capsys)
    assert "quantity: 'spectral norm' there, 'check' here" in refused(
        ["check", small, "--activation", "tanh", "--checkpoint", path], capsys
    )
    assert "seed: 0 there, 1 here" in refused([*arguments, "--seed", "1"], capsys)
    build = rc._core.build_info()
    with monkeypatch.context() as patched:
        patched.setattr(rc._core, "build_info", lambda: build | {"version": "0.0.1"})
        assert f"version: '{build['version']}' there, '0.0.1' here" in refused(arguments, capsys)
    for length in (0, 20, 60, len(content) // 2, len(content) - 1):
        path.write_bytes(content[:length])
        assert "damaged or cut short" in (error := refused(arguments, capsys)) or "is not a checkpoint" in error
    path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    assert "damaged or cut short" in refused(arguments, capsys)


def test_misuse_is_refused_by_name(small, tmp_path, capsys):
    path = tmp_path / "a.run"
    assert "--checkpoint takes one FILE; got 2" in refused(
        ["check", small, small, "--activation", "tanh", "--checkpoint", path], capsys
    )
    assert "--checkpoint must name a file that can be written" in refused(
        ["norm", small, "--checkpoint", tmp_path / "gone" / "a.run"], capsys
    )
    assert "--checkpoint-seconds goes with --checkpoint" in refused(
        ["norm", small, "--checkpoint-seconds", "3"], capsys
    )
    assert "checkpoint_seconds must be" in refused(
        ["norm", small, "--checkpoint", path, "--checkpoint-seconds", "-3"], capsys
    )
    W = np.eye(2)
    with pytest.raises(ValueError, match="checkpoint is for one matrix, and W is a model"):
        rc.check({"rnn.weight_hh_l0": W}, activation="tanh", checkpoint=path)
    assert not path.exists()


def test_a_disk_that_fills_up_ends_with_the_answer_so_far(small, tmp_path, monkeypatch, capsys):
    def full(*_arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("rhochain.runs.checkpoints.RunCheckpoint._replace", full)
    path = tmp_path / "a.run"
    assert cli.main(["norm", small, "--checkpoint", str(path), "--checkpoint-seconds", "0"]) == 1
    shown = capsys.readouterr()
    assert "sigma_1(W)" in shown.out
    assert f"rhochain: error: cannot write the checkpoint: No space left on device: {path}" in shown.err
    assert cli.main(["check", small, "--activation", "tanh", "--checkpoint", str(path)]) == 1
    assert "No space left on device" in capsys.readouterr().err
