"""``make validate-impact ROWS=FILE.csv``: any table of measurements is scored, or refused with the place and the reason."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
COLUMNS = "source,model_id,total_params_B,active_params_B,precision,gpu,n_gpus,batch_size_or_concurrency,task,mean_output_tokens,energy_per_output_token_J,arch,family,runtime"
ROW = "lab,org/New-8B,8,8,bf16,H100,1,32,chat,300,0.31,dense,new,vLLM 0.11.1"


@pytest.fixture
def score(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path):  # type: ignore[no-untyped-def]
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    import validate_impact

    def run(text: str | bytes) -> tuple[int, str, str]:
        path = tmp_path / "rows.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        monkeypatch.setattr(sys, "argv", ["validate_impact.py", "--rows", str(path)])
        status = validate_impact.main()
        out, error = capsys.readouterr()
        return status, out, error.replace(str(path), "rows.csv")

    return run


def test_a_family_that_was_not_in_the_fit_is_scored(score) -> None:  # type: ignore[no-untyped-def]
    status, out, error = score(f"{COLUMNS}\n{ROW}\n{ROW.replace(',32,', ',1,')}\n")
    assert (status, error) == (0, "")
    assert "2 rows scored with the shipped constants, 0 skipped, 0 damaged" in out
    assert "### Families that were not in the fit: new" in out and "were in the fit: " not in out
    for needed in ("| all | 2 |", "| dense | 2 |", "| batch 1 | 1 |", "| deployment known | 2 |"):
        assert needed in out
    assert "| deployment unknown (rows at batch 8 to 512 on H100 or B200) | 1 |" in out


def test_families_of_the_fit_stand_apart(score) -> None:  # type: ignore[no-untyped-def]
    _, out, _ = score(f"{COLUMNS}\n{ROW}\n{ROW.replace(',new,', ',qwen3,')}\n")
    assert "### Families that were in the fit: qwen3" in out


@pytest.mark.parametrize(
    "text",
    [
        ("\ufeff" + f"{COLUMNS}\r\n{ROW}\r\n").encode(),
        ",".join(reversed(COLUMNS.split(","))) + "\n" + ",".join(reversed(ROW.split(","))) + "\n\n",
        f"note,{COLUMNS}\nmine,{ROW}\n".replace("n_gpus", " n_gpus "),
        f"{COLUMNS}\n{ROW}".replace("H100", "NVIDIA H100 80GB HBM3"),
    ],
    ids=["mark and CRLF", "columns in another order", "further columns, spaces", "name as nvidia-smi says"],
)
def test_the_same_rows_in_another_dress(score, text: str | bytes) -> None:  # type: ignore[no-untyped-def]
    plain = score(f"{COLUMNS}\n{ROW}\n")[1].partition("\n")[2]
    status, out, _ = score(text)
    assert status == 0 and out.partition("\n")[2] == plain


def test_little_is_needed(score) -> None:  # type: ignore[no-untyped-def]
    columns = "gpu,model_id,batch_size_or_concurrency,energy_per_output_token_J"
    status, out, _ = score(f"{columns}\nA40,meta-llama/Llama-3.1-8B-Instruct,1,7\n")
    assert status == 0 and "| batch 1 | 1 |" in out


def test_rows_that_say_too_little_are_named(score) -> None:  # type: ignore[no-untyped-def]
    unknown = ROW.replace("org/New-8B,8,8", "org/secret,,")
    status, out, error = score(f"{COLUMNS}\n{ROW}\n{unknown}\n{ROW.replace('H100', 'H1000')}\n")
    assert status == 0 and "1 rows scored" in out and "2 skipped" in out
    assert 'rows.csv:3: total_params_B: not given, and "org/secret" is in no catalogue' in error
    assert 'rows.csv:4: gpu: "H1000" is not in rules/impact/hardware.yaml' in error


def test_damaged_values_are_named_and_the_rest_is_scored(score) -> None:  # type: ignore[no-untyped-def]
    status, out, error = score(
        f"{COLUMNS}\n{ROW}\n{ROW.replace('0.31', '0,3x')}\n{ROW.replace(',32,', ',-3,')}\nlab\n"
    )
    assert status == 2 and "1 rows scored" in out and "3 damaged" in out
    assert "error: rows.csv:3: 14 values expected, one for each column" in error
    assert "error: rows.csv:4: batch_size_or_concurrency: -3 is not above zero" in error
    assert "error: rows.csv:5: 14 values expected" in error
    status, _, error = score(f"{COLUMNS}\n{ROW.replace('0.31', 'o.31')}\n")
    assert status == 2 and 'error: rows.csv:2: energy_per_output_token_J: "o.31" is no number' in error


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "rows.csv:1: the file is empty"),
        (f"{COLUMNS}\n{ROW}\n".replace("gpu,", "gppu,", 1), 'rows.csv:1: the column "gpu" is missing; is it "gppu"?'),
        (f"gpu,{COLUMNS}\nH100,{ROW}\n", 'rows.csv:1: the column "gpu" appears twice'),
        (f"{COLUMNS}\n{ROW}\n".encode("utf-16"), "rows.csv: not UTF-8"),
        (f'{COLUMNS}\n{ROW.replace("lab", chr(34) + "lab")}\n', "unexpected end of data"),
    ],
)  # fmt: skip
def test_what_is_no_such_table_is_refused(score, text: str | bytes, message: str) -> None:  # type: ignore[no-untyped-def]
    status, out, error = score(text)
    assert status == 2 and out == "" and message in error
