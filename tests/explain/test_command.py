"""`python -m models explain`."""

import json

import pytest

from models.__main__ import main


def test_text(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "assets.gpu_debt.coupon", "--paths", "64", "--set", "rates.base_rate=0.05"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("Coupon: 0.1 per year\n")
    assert "set in this scenario; the default is 0.0387" in out


def test_rows(capsys: pytest.CaptureFixture[str]) -> None:
    options = ["--paths", "64", "--preset", "gulf", "--depth", "1", "--json"]
    assert main(["explain", "assets.gpu_debt.coupon", *options]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [row["path"] for row in rows] == [
        "assets.gpu_debt.coupon", "rates.base_rate", "contract_credit.non_ig_spread", "assets.gpu_debt.rate_cut",
    ]
    assert sum(row["value"] for row in rows[1:]) == pytest.approx(rows[0]["value"])


def test_a_wrong_path_is_an_input_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "assets.gpu_debt.cupon", "--paths", "64"]) == 1
    shown = capsys.readouterr()
    assert shown.out == "" and "nearest: assets.gpu_debt.coupon" in shown.err
