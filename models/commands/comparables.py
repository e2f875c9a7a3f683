"""``python -m models comparables``: loans on GPUs that really closed, and what the model expects them to lose."""

from __future__ import annotations

import argparse

from models.commands.options import add_scenario_options, plain_json, told_scenario
from models.evidence.deals import comparables_table
from models.studies.facility.replay import replay_deals, replay_table

DEALS = ("borrower", "facility", "date", "size", "spread", "grade", "tenor_years", "advance_rate", "status")
REPLAYS = ("title", "advance_rate", "spread", "expected_loss", "wal_years", "loss_rate", "loss_rate_se", "verdict")


def options(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    add_scenario_options(parser)
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of tables")


def run(args: argparse.Namespace) -> None:
    """Print the facilities and the replays."""
    scenario, _ = told_scenario(args)
    deals, replays = comparables_table(), replay_table(replay_deals(scenario))
    if args.json:
        print(plain_json({
            "comparables": deals.to_dict("records"), "replays": replays.to_dict("records"),
            "units": deals.attrs["units"] | replays.attrs["units"],
        }))
        return
    print(deals[list(DEALS)].to_string(index=False, na_rep="", float_format="{:.4g}".format))
    print()
    print(replays[list(REPLAYS)].to_string(index=False, float_format="{:.4g}".format))
    print()
    for row in replays.to_dict("records"):
        if row["note"]:
            print(f"{row['title']}: {row['note']}")
