"""State dicts against the library that wrote them."""

import json
import os
import subprocess
import sys
import zipfile

import numpy as np
import pytest
from scipy import sparse
from stand_in_files import stand_ins

import rhochain as rc
from rhochain.files.state_dicts import arrays_of


def as_numpy(tensor):
    return tensor.detach().float().numpy() if tensor.dtype.itemsize == 2 else tensor.detach().numpy()


@pytest.fixture
def torch():
    return pytest.importorskip("torch")


def write(torch, path, tensors):
    if path.suffix == ".safetensors":
        library = pytest.importorskip("safetensors.torch")
        library.save_file({name: each.contiguous() for name, each in tensors.items()}, path)
    else:
        torch.save(tensors, path)


@pytest.mark.parametrize("ending", [".safetensors", ".pt", ".pth", ".ckpt", ".bin"])
@pytest.mark.parametrize("kind", ["float32", "float64", "float16", "bfloat16"])
def test_a_square_matrix_among_others(torch, ending, kind, tmp_path):
    path = tmp_path / f"model{ending}"
    tensors = {name: each.to(getattr(torch, kind)) for name, each in torch.nn.RNN(3, 6).state_dict().items()}
    write(torch, path, tensors)
    W = rc.load(path)
    np.testing.assert_array_equal(W, as_numpy(tensors["weight_hh_l0"]))
    assert W.dtype == {"bfloat16": np.float32}.get(kind, np.dtype(kind if kind != "bfloat16" else "f4"))
    np.testing.assert_array_equal(rc.load(path, name="weight_ih_l0"), as_numpy(tensors["weight_ih_l0"]))


@pytest.mark.parametrize("ending", [".safetensors", ".pt"])
def test_all_arrays_by_name(torch, ending, tmp_path):
    path = tmp_path / f"model{ending}"
    tensors = {
        **{f"encoder.{name}": each for name, each in torch.nn.GRU(3, 5, 2, bidirectional=True).state_dict().items()},
        "steps": torch.arange(7),
        "mask": torch.tensor([[True, False]]),
        "half": torch.randn(2, 3, 4).bfloat16(),
        "scalar": torch.tensor(3.5),
        "turned": torch.randn(4, 3).T,
    }
    write(torch, path, tensors)
    found = arrays_of(path)
    assert set(found) == set(tensors)
    assert len(found) == len(tensors)
    for name, tensor in tensors.items():
        assert found.shape(name) == tuple(tensor.shape)
        np.testing.assert_array_equal(found[name], as_numpy(tensor))
    assert "missing" not in found


def test_bfloat16_keeps_infinity_nan_and_subnormal_numbers(torch, tmp_path):
    library = pytest.importorskip("safetensors.torch")
    bits = torch.arange(2**16, dtype=torch.int32).to(torch.uint16).view(torch.bfloat16).reshape(2**8, 2**8)
    library.save_file({"W": bits}, tmp_path / "W.safetensors")
    np.testing.assert_array_equal(arrays_of(tmp_path / "W.safetensors")["W"], bits.float().numpy())


@pytest.mark.parametrize("ending", [".safetensors", ".pt"])
def test_several_square_matrices_are_listed(torch, ending, tmp_path):
    path = tmp_path / f"model{ending}"
    write(torch, path, torch.nn.RNN(4, 4).state_dict())
    words = r"2 of 2 matrices are square; expected one by name=, of weight_.h_l0 \(4 x 4\), weight_.h_l0 \(4 x 4\)"
    with pytest.raises(rc.FileError, match=words):
        rc.load(path)
    write(torch, path, {"bias": torch.ones(3)})
    with pytest.raises(rc.FileError, match="no matrices"):
        rc.load(path)


@pytest.mark.parametrize("key", ["state_dict", "model_state_dict", "model"])
def test_checkpoints(torch, key, tmp_path):
    module = torch.nn.RNN(3, 6)
    optimiser = torch.optim.Adam(module.parameters())
    module(torch.randn(4, 3))[0].sum().backward()
    optimiser.step()
    checkpoint = {"epoch": 3, "optimizer": optimiser.state_dict(), key: module.state_dict(), "lr": [0.1]}
    torch.save(checkpoint, tmp_path / "last.ckpt")
    np.testing.assert_array_equal(rc.load(tmp_path / "last.ckpt"), module.weight_hh_l0.detach().numpy())


def test_one_tensor(torch, tmp_path):
    W = torch.randn(5, 5, requires_grad=True)
    torch.save(W, tmp_path / "W.pt")
    np.testing.assert_array_equal(rc.load(tmp_path / "W.pt"), W.detach().numpy())


@pytest.mark.filterwarnings("ignore:Sparse")  # CSR of torch is new, as it says
@pytest.mark.parametrize("layout", ["to_sparse", "to_sparse_csr", "to_sparse_csc"])
def test_sparse_tensors(torch, layout, tmp_path):
    W = torch.randn(8, 8) * (torch.rand(8, 8) < 0.3)
    torch.save({"W": getattr(W, layout)()}, tmp_path / "W.pt")
    found = rc.load(tmp_path / "W.pt")
    assert isinstance(found, sparse.csr_array)
    np.testing.assert_array_equal(found.toarray(), W.numpy())


def test_a_whole_model_is_never_loaded(torch, tmp_path):
    torch.save(torch.nn.RNN(2, 3), tmp_path / "model.pt")
    with pytest.raises(
        rc.FileError, match=r"Python objects, .* never loaded; expected a state dict: torch.save\(model"
    ):
        rc.load(tmp_path / "model.pt")

    class Trap:
        def __reduce__(self):
            return os.mkdir, (os.fspath(tmp_path / "sprung"),)

    torch.save({"W": torch.eye(2), "trap": Trap()}, tmp_path / "model.pt")
    with pytest.raises(rc.FileError, match="Python objects"):
        rc.load(tmp_path / "model.pt")
    assert not (tmp_path / "sprung").exists()


def repacked(path):
    """The same archive with deflated members."""
    with zipfile.ZipFile(path) as given:
        members = {each.filename: given.read(each) for each in given.infolist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)


def test_bad_files_of_torch(torch, tmp_path):
    path = tmp_path / "model.pt"
    torch.save({"W": torch.zeros(1).expand(10**6, 10**6)}, path)
    with pytest.raises(rc.FileError, match=r"tensor W: 4000000000000 bytes for shape .*; expected at most"):
        rc.load(path)
    torch.save({"W": torch.eye(2, dtype=torch.complex64)}, path)
    with pytest.raises(rc.FileError, match=r"tensor W: entries of type complex64; expected real numbers"):
        rc.load(path)
    torch.save({"W": torch.full((2, 2), torch.nan)}, path)
    with pytest.raises(rc.FileError, match="row 1, column 1: NaN or Inf"):
        rc.load(path)
    torch.save({"epoch": 3}, path)
    with pytest.raises(rc.FileError, match="file: a dict without tensors; expected a state dict"):
        rc.load(path)
    torch.save({"W": torch.eye(3)}, path, _use_new_zipfile_serialization=False)
    with pytest.raises(rc.FileError, match=r"file: no zip .*; expected a file of torch.save of PyTorch 1.6 or later"):
        rc.load(path)
    torch.save({"W": torch.eye(3)}, path)
    whole = path.read_bytes()
    repacked(path)
    with pytest.raises(rc.FileError, match="file: packed members; expected stored ones"):
        rc.load(path)
    for share in (0, 0.3, 0.9):
        path.write_bytes(whole[: int(share * len(whole))])
        with pytest.raises(rc.FileError, match="file: no zip"):
            rc.load(path)
    # The directory of the zip starts at byte -1: PyTorch seeks there, which is an error of the system.
    place = whole.rindex(b"PK\x06\x06") + 48
    path.write_bytes(whole[:place] + b"\xff" * 8 + whole[place + 8 :])
    with pytest.raises(rc.FileError, match=r"file: cut short or corrupt \(OSError\); expected a state dict"):
        rc.load(path)


def header(text, follow=b""):
    content = text if isinstance(text, bytes) else json.dumps(text).encode()
    return len(content).to_bytes(8, "little") + content + follow


def tensor(shape, end, kind="F32", start=0):
    return {"W": {"dtype": kind, "shape": shape, "data_offsets": [start, end]}}


BAD_SAFETENSORS = {
    "nothing": b"",
    "a header of 2^60 bytes": (2**60).to_bytes(8, "little") + b"{}",
    "a header beyond the file": (100).to_bytes(8, "little") + b"{}",
    "no JSON": header(b"{nothing"),
    "a list": header([1, 2]),
    "shape beyond the bytes": header(tensor([1000, 1000], 16), bytes(16)),
    "offsets beyond the file": header(tensor([1000, 1000], 4_000_000), bytes(16)),
    "an overflow": header(tensor([2**40, 2**40], 16), bytes(16)),
    "bytes that no tensor has": header(tensor([2, 2], 16), bytes(20)),
    "negative extents": header(tensor([-2, -2], 16), bytes(16)),
    "a kind that is none": header(tensor([2, 2], 16, "PICKLE"), bytes(16)),
    "deep": header(b"[" * 100_000),
}


@pytest.mark.parametrize("kind", BAD_SAFETENSORS)
def test_bad_safetensors(kind, tmp_path):
    pytest.importorskip("safetensors")
    path = tmp_path / "W.safetensors"
    path.write_bytes(BAD_SAFETENSORS[kind])
    with pytest.raises(rc.FileError, match=r": header: .+; expected what safetensors writes$") as caught:
        rc.load(path)
    assert str(caught.value).isprintable()


def test_other_kinds_of_numbers(tmp_path):
    pytest.importorskip("safetensors")
    path = tmp_path / "W.safetensors"
    path.write_bytes(header(tensor([2, 2], 4, "F8_E4M3"), bytes(4)))
    with pytest.raises(rc.FileError, match="tensor W: entries of type F8_E4M3; expected BF16 or BOOL or"):
        rc.load(path)
    path.write_bytes(header(tensor([2, 2], 16), np.array([1, 2, np.inf, 4], "<f4").tobytes()))
    with pytest.raises(rc.FileError, match="row 2, column 1: NaN or Inf"):
        rc.load(path)


def test_the_stand_in(torch, tmp_path):
    library = pytest.importorskip("safetensors.torch")
    path = tmp_path / "model.safetensors"
    stand_ins.write_stand_in("safetensors", path, neurons=30, edges=200)
    expected = library.load_file(path)["encoder.weight_hh_l0"]
    assert expected.dtype == torch.bfloat16
    np.testing.assert_array_equal(rc.load(path), expected.float().numpy())
    largest = np.linalg.norm(expected.float().numpy(), 2)
    assert rc.spectral_norm(path).value == pytest.approx(largest, rel=1e-3)


@pytest.mark.parametrize(
    ("name", "library", "extra"),
    [("W.h5ad", "h5py", "hdf5"), ("W.safetensors", "safetensors", "safetensors"), ("W.pt", "torch", "torch")],
)
def test_a_missing_library_gives_one_line(name, library, extra, tmp_path, monkeypatch):
    path = tmp_path / name
    if name == "W.pt":
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("W/data.pkl", b"")
    else:
        path.write_bytes(b"\x89HDF\r\n\x1a\n")
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(ImportError, match=rf" needs {library}: pip install 'rhochain\[{extra}\]'$"):
        rc.load(path)


def test_importing_rhochain_imports_none_of_the_libraries():
    code = "import sys, rhochain; print(sorted({'h5py', 'torch', 'safetensors', 'pyarrow'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
