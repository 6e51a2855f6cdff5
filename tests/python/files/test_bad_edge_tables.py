"""Edge tables that hold no usable W, and arguments that do not go with them: each gives one line."""

import gzip
import re
import struct

import numpy as np
import pytest
from edge_files import ENDINGS, FIRST_ID, write_table

import rhochain as rc

pa = pytest.importorskip("pyarrow")
EDGES = {"pre": [1, 2, 3], "post": [2, 3, 1], "weight": [1.5, 2.0, 0.5]}
BINARY = (".feather", ".parquet")


def refuse(path, words, **arguments):
    with pytest.raises(ValueError, match=words) as caught:
        rc.load(path, **arguments)
    message = str(caught.value)
    assert message.isprintable()
    assert message.startswith(f"{path}: ") == isinstance(caught.value, rc.FileError)
    return message


# The text of a .csv file, and what follows its name.
TEXTS = {
    "nothing": ("", "line 1: empty; expected names of columns"),
    "a blank line": ("\n1,2\n", "line 1: empty"),
    "names alone": ("pre,post,weight\n", "columns pre and post: no rows; expected at least one pair"),
    "no names": ("1,2,0.5\n2,3,1\n", "line 1: '1,2,0.5'; expected names of columns, and numbers below them"),
    "names not known": (
        "a,b,c\n1,2,3\n",
        "columns: a, b, c; expected names such as pre and post, or source= and target=",
    ),
    "another separator": ("pre;post;weight\n1;2;3\n", "columns: pre;post;weight; expected names such as pre and post"),
    "i and j": ("i,j,weight\n1,2,3\n", "columns: i and j, of which either could be the source; expected source= and"),
    "two pairs": (
        "pre,post,source,target,w\n1,2,1,2,1\n",
        "columns: several pairs of neurons: pre, post and source, target; expected source= and target= to choose",
    ),
    "two weights": ("pre,post,weight,count\n1,2,3,4\n", "columns: several of weights: weight, count; expected weight="),
    "no weight": (
        "pre,post,size\n1,2,3\n",
        "columns: none of weights among pre, post, size; .* or weight=1 for each row",
    ),
    "two columns of one name": ("pre,pre,post,weight\n1,2,3,4\n", "line 1: two columns named pre"),
    "a missing id": (
        "pre,post,weight\n1,2,3\n,2,3\n",
        "column pre: rows without a value: 1, the first row 2; expected an id",
    ),
    "a missing text id": ("pre,post,weight\na,b,3\n,a,3\n", "column pre: empty text; expected an id in each row"),
    "NaN among ids": (
        "pre,post,weight\n1,2,3\nnan,2,3\n",
        r"column pre: (rows without a value|1 of 2 ids are missing)",
    ),
    "ids as floats above 2^53": (
        f"pre,post,weight\n1.0,2,3\n{FIRST_ID}.0,2,3\n",
        r"column pre: 1 of 2 ids are floating-point numbers of 2\^53 or more, which have lost digits",
    ),
    "ids with an exponent": ("pre,post,weight\n7.2e17,2,3\n", "column pre: 1 of 1 ids are floating-point numbers of 2"),
    "half an id": ("pre,post,weight\n1.5,2,3\n", "column pre: 1 of 1 ids are no whole numbers"),
    "an id of 2^64": (
        f"pre,post,weight\n1,2,3\n{2**64},2,3\n",
        "line 3: '18446744073709551616' among integer ids; expected integers below 2",
    ),
    "an id of 2^63": (f"pre,post,weight\n{2**63},2,3\n", "line 2: '9223372036854775808' among integer ids; expected"),
    "one text among ids": (
        "pre,post,weight\n" + "1,2,3\n" * 2000 + "x,2,3\n",
        "line 2002: 'x' among integer ids; expected integers below 2",
    ),
    "text and integers": ("pre,post,weight\na,2,3\n", "ids: integers and text; expected one of both for all neurons"),
    "a missing weight": ("pre,post,weight\n1,2,3\n1,2,\n", "column weight: rows without a value: 1, the first row 2"),
    "NaN": ("pre,post,weight\n1,2,3\n1,2,nan\n", "column weight: rows without a value: 1|row 2: weight nan"),
    "Inf": ("pre,post,weight\n1,2,3\n1,2,-inf\n", r"row 2: weight -inf \(1 such\); expected a finite number"),
    "an overflow": ("pre,post,weight\n1,2,1e999\n", "row 1: weight inf|line 2: '1e999' among numbers"),
    "an overflow of a sum": ("pre,post,weight\n1,2,1e308\n1,2,1e308\n", "weights: a sum over the rows of a pair"),
    "text as weight": ("pre,post,weight\n1,2,three\n", "line 2: 'three' among numbers; expected a number in each row"),
    "a row too short": ("pre,post,weight\n1,2,3\n1,2\n", "line 3: a line of 2 cells; expected 3, as in line 1"),
    "a row too long": ("pre,post,weight\n1,2,3,4\n", "line 2: a line of 4 cells; expected 3"),
    "an open quote": ('pre,post,weight\n"1,2,3\n', "line 2: a line of 1 cells"),
    "a cell in quotes over many lines": (
        'pre,post,weight\n"1' + ",2,3\n" * 900_000,
        "table: a quoted cell that goes on in the next line; expected each row in one line",
    ),
    "an open quote in line 1": ('pre,"post,weight\n1,2,3\n', "line 1: .*; expected cells in UTF-8"),
    "NUL": ("pre,post,weight\n1\0,2,3\n", "ids|table"),
    "a long line 1": ("pre,post," + "w" * 70_000 + "\n", "line 1: more than 65536 bytes; expected names of columns"),
    "a long id": (
        "pre,post,weight\n" + "a" * 5_000 + ",b,3\n",
        "column pre: text of 5,000 bytes; expected labels of at",
    ),
    "names with control characters": ("p\x1b,post\n1,2\n", r"columns: 'p\\x1b', post; expected names such as pre"),
}


@pytest.mark.parametrize("kind", TEXTS)
@pytest.mark.parametrize("ending", [".csv", ".csv.gz"])
def test_text(kind, ending, tmp_path):
    text, words = TEXTS[kind]
    path = tmp_path / f"edges{ending}"
    path.write_bytes(gzip.compress(text.encode()) if ending == ".csv.gz" else text.encode())
    refuse(path, f"^{re.escape(str(path))}: ({words})")


def test_text_that_is_not_utf_8(tmp_path):
    path = tmp_path / "edges.csv"
    path.write_bytes(b"pre,post,weight\n\xff\xfe,2,3\n")
    refuse(path, "table: .*UTF8|UTF-8")
    path.write_bytes(b"pr\xff,post,weight\n1,2,3\n")
    refuse(path, "line 1: .*; expected cells in UTF-8")


COLUMNS = {
    "ids as floats above 2^53": (
        {"pre": [2.0**60, 1.0, 2.0]},
        "column pre: 1 of 3 ids are floating-point numbers of 2",
    ),
    "NaN among ids": ({"pre": [1.0, np.nan, 2.0]}, r"column pre: 1 of 3 ids are missing \(NaN\)"),
    "a null among ids": (
        {"post": [1, None, None]},
        "column post: rows without a value: 2, the first row 2; expected an id",
    ),
    "nulls alone": ({"post": [None] * 3}, "column post: rows without a value: 3"),
    "dates as ids": ({"pre": pa.array([1, 2, 3], pa.timestamp("s"))}, r"column pre: entries of type timestamp"),
    "lists as ids": ({"pre": [[1], [2], [3]]}, "column pre: entries of type list"),
    "text beside integers": ({"pre": ["a", "b", "c"]}, "ids: integers and text"),
    "an id of 2^63": ({"pre": pa.array([2**63, 1, 1], pa.uint64())}, r"column pre: 1 of 3 ids are 2\^63 or more"),
    "a null among weights": ({"weight": [1.0, None, 2.0]}, "column weight: rows without a value: 1, the first row 2"),
    "NaN": ({"weight": [1.0, 2.0, np.nan]}, "row 3: weight nan"),
    "text as weight": ({"weight": ["1", "2", "3"]}, "column weight: entries of type string; expected numbers"),
    "no rows": (
        {"pre": pa.array([], pa.int64()), "post": pa.array([], pa.int64()), "weight": []},
        "no rows; expected at",
    ),
    "a long id": ({"pre": ["a" * 300, "b", "c"]}, "column pre: text of 300 bytes; expected labels of at most 200"),
}


@pytest.mark.parametrize("kind", COLUMNS)
@pytest.mark.parametrize("ending", BINARY)
def test_columns(kind, ending, tmp_path):
    changed, words = COLUMNS[kind]
    path = write_table(tmp_path / f"edges{ending}", {**EDGES, **changed})
    refuse(path, words)


@pytest.mark.parametrize("ending", [*BINARY, ".csv.gz"])
@pytest.mark.parametrize("keep", [0.0, 0.1, 0.5, 0.9, 0.999])
def test_a_file_cut_short(ending, keep, tmp_path):
    rng = np.random.default_rng(0)
    path = write_table(tmp_path / f"edges{ending}", {name: rng.integers(0, 2**60, 3000).tolist() for name in EDGES})
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * keep)])
    refuse(path, "cut short|expected|empty")


@pytest.mark.parametrize("ending", ENDINGS)
def test_content_of_another_kind(ending, tmp_path):
    path = tmp_path / f"edges{ending}"
    np.save(tmp_path / "W.npy", np.eye(3))
    path.write_bytes((tmp_path / "W.npy").read_bytes())
    refuse(path, "expected")


def test_feather_of_version_1(tmp_path):
    path = tmp_path / "edges.feather"
    path.write_bytes(b"FEA1" + bytes(60) + b"FEA1")
    refuse(path, "header: Feather version 1; expected version 2")


def write_bomb(path, rows):
    zeros = pa.array(np.zeros(rows, np.int64))
    table = pa.table({"pre": zeros, "post": zeros, "weight": zeros})
    if path.name.endswith(".feather"):
        from pyarrow.feather import write_feather

        write_feather(table, path, compression="zstd", chunksize=rows)
    elif path.name.endswith(".parquet"):
        from pyarrow.parquet import write_table as write

        write(table, path)
    else:
        path.write_bytes(gzip.compress(b"pre,post,weight\n" + b"1,2,3\n" * rows))


@pytest.mark.parametrize("ending", [*BINARY, ".csv.gz"])
def test_a_small_file_of_a_huge_table(ending, tmp_path):
    path = tmp_path / f"edges{ending}"
    write_bomb(path, 20_000_000)
    assert path.stat().st_size < 1_000_000
    before = pa.total_allocated_bytes()
    message = refuse(path, "unpacked from (a file of|the first)")
    assert "for each of the file" in message
    assert pa.total_allocated_bytes() - before < 100_000_000


def test_a_column_that_unpacks_into_more_than_its_rows(tmp_path):
    """The rows are few, and the label of one of them is 100 MB of one letter."""
    from pyarrow.feather import write_feather

    path = tmp_path / "edges.feather"
    write_feather(pa.table({**EDGES, "pre": ["a" * 100_000_000, "b", "c"]}), path, compression="zstd")
    assert path.stat().st_size < 1_000_000
    refuse(path, "footer: 100,.* bytes unpacked from a file of")


def test_a_length_that_a_buffer_does_not_have(tmp_path):
    path = write_table(tmp_path / "edges.feather", {**EDGES, "pre": list(range(1000, 1003))})
    content = path.read_bytes()
    stated = struct.pack("<q", 24)
    assert content.count(stated) >= 3
    path.write_bytes(content.replace(stated, struct.pack("<q", 2**45)))
    refuse(path, "unpacked from a file of|cut short or corrupt")


def test_memory_that_the_caller_allows(tmp_path):
    rows = 10_000
    table = {name: list(range(rows)) for name in EDGES}
    for ending in ENDINGS:
        path = write_table(tmp_path / f"edges{ending}", table)
        refuse(
            path, r"table: 10,000 rows of 3 columns, 240,000 bytes; expected at most 100,000 \(memory=", memory="100 kB"
        )
        assert rc.load(path, memory=240_000).counts.rows == rows


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"source": "pre"}, "target must name a column too, as source does"),
        ({"target": "post"}, "source must name a column too"),
        (
            {"source": "pr", "target": "post"},
            r"source must name a column; got 'pr' \(nearest: pre\), and the table has pre, post, weight",
        ),
        ({"source": "pre", "target": "zz"}, "target must name a column; got 'zz', and the table has pre, post, weight"),
        ({"source": "pre", "target": "pre"}, "source and target must name two columns; got 'pre' for both"),
        ({"weight": "wieght"}, r"weight must name a column; got 'wieght' \(nearest: weight\)"),
        ({"weight": "pre"}, "weight must name another column than source and target"),
        ({"weight": [1, 2]}, r"weight must name a column or be a number; got \[1, 2\]"),
        ({"weight": float("nan")}, "row 1: weight nan"),
        (
            {"nodes": [1, 2]},
            r"columns pre and post: 2 of 3 rows with a neuron that is none of nodes, such as 3; .*\"drop\"",
        ),
        ({"nodes": [1, 2, 2]}, "nodes: 1 of 3 ids come again, such as 2"),
        ({"nodes": []}, "nodes: no ids|nodes: ids of type"),
        ({"nodes": [1.5]}, "nodes: 1 of 1 ids are no whole numbers"),
        ({"nodes": ["1", "2", "3"]}, "ids: integers where nodes are text; expected both of one kind"),
        ({"nodes": "missing.npy"}, r"nodes must name a file that can be read; got 'missing\.npy' \(No such file"),
        ({"nodes": "/dev/null"}, r"nodes must name a file that can be read; got '/dev/null' \(no regular file\)"),
        ({"nodes": [7, 8], "unknown": "drop"}, "no row of 3 with both neurons among nodes"),
        ({"unknown": "keep"}, "unknown must be 'error' or 'drop'; got 'keep'"),
        ({"rows": "target"}, r"rows has no meaning for .*; arguments for a file \.csv: .*source"),
        ({"name": "W"}, "name has no meaning for"),
        ({"memory": "much"}, 'memory must be bytes or text such as "500 MB"'),
        ({"dry_run": "yes"}, "dry_run must be False or True"),
    ],
)
def test_arguments(arguments, words, tmp_path):
    path = write_table(tmp_path / "edges.csv", EDGES)
    refuse(path, words, **arguments)


def test_arguments_of_another_type(tmp_path):
    path = write_table(tmp_path / "edges.csv", EDGES)
    with pytest.raises(TypeError, match="source must be a name; got 3"):
        rc.load(path, source=3, target="post")
    with pytest.raises(TypeError, match="memory must be an integer or text"):
        rc.load(path, memory=2.5)


@pytest.mark.parametrize("name", ["source", "target", "weight", "transmitter", "name"])
def test_arguments_of_edge_tables_for_a_matrix(name, tmp_path):
    np.save(tmp_path / "W.npy", np.eye(3))
    refuse(tmp_path / "W.npy", rf"{name} has no meaning for .*; arguments for a file \.npy: ", **{name: "a"})


@pytest.mark.parametrize("ending", ENDINGS)
def test_without_pyarrow_one_line_says_what_to_install(ending, tmp_path, monkeypatch):
    path = write_table(tmp_path / f"edges{ending}", EDGES)
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    with pytest.raises(ImportError, match=rf"a file \{ending} needs pyarrow: pip install 'rhochain\[tables\]'"):
        rc.load(path)


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("nodes.csv", "a,b\n1,2\n", "columns: a, b; expected one of ids, such as root_id"),
        ("nodes.csv", "id,root_id\n1,2\n", "columns: several of ids: 'id', 'root_id'; expected one"),
        ("nodes.csv", "id\n1\n1\n", "1 of 2 ids come again, such as 1"),
        ("nodes.csv", "id\n1\n7.2e17\n", "which have lost digits"),
        ("nodes.txt", "1 1", "1 of 2 ids come again"),
        ("nodes.txt", "", "no ids"),
        ("nodes.txt", "a" * 300, "a word of 300 characters"),
        ("nodes.npy", "no array", "header: first bytes 'no array'"),
        ("nodes.doc", "1", "the ending '.doc'; expected .npy, .txt, .csv"),
    ],
)
def test_files_of_nodes(name, text, words, tmp_path):
    path = write_table(tmp_path / "edges.csv", EDGES)
    (tmp_path / name).write_text(text)
    refuse(path, f"nodes of {re.escape(str(tmp_path / name))}: .*{re.escape(words)}", nodes=tmp_path / name)


def test_nodes_that_are_no_text_or_do_not_fit(tmp_path):
    path = write_table(tmp_path / "edges.csv", EDGES)
    nodes = tmp_path / "nodes.txt"
    nodes.write_bytes(b"1 2 \xff")
    refuse(path, f"^nodes of {re.escape(str(nodes))}: text: 'utf-8' codec.*; expected ids in UTF-8", nodes=nodes)
    nodes.write_text(" ".join(["1" * 100, *map(str, range(100))]))
    words = f"^nodes of {re.escape(str(nodes))}: text: labels of 40400 bytes; expected at most 40000"
    refuse(path, words, nodes=nodes, memory=40_000)


def test_a_fault_is_not_its_own_cause(tmp_path):
    path = tmp_path / "edges.csv"
    for text in ("", "pre,post,weight\n1,2,x\n"):
        path.write_text(text)
        with pytest.raises(rc.FileError) as caught:
            rc.load(path)
        causes: list[BaseException] = []
        cause: BaseException | None = caught.value
        while cause is not None and len(causes) < 10:
            causes.append(cause)
            cause = cause.__cause__
        assert len(set(map(id, causes))) == len(causes)
