"""The door: `streamlit run dashboard/app.py`. Page config, navigation, and one guard around every page."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # Streamlit puts only dashboard/ on the path

import logging

import streamlit as st

from dashboard import address, draft, run, state, theme
from dashboard.blocks import frame
from dashboard.blocks.long_run import leave_unseen
from dashboard.views.asset_class import page as asset_class
from dashboard.views.book import page as loan_book
from dashboard.views.compare import page as compare
from dashboard.views.decide import page as home
from dashboard.views.decide import reading
from dashboard.views.drivers import page as drivers
from dashboard.views.evidence import page as evidence
from dashboard.views.loan import page as designer
from dashboard.views.market import page as market
from dashboard.views.nations import page as nations
from dashboard.views.portfolio import page as portfolio
from dashboard.views.programs import page as programs
from dashboard.views.risk import page as risk
from dashboard.views.thesis import page as thesis
from models.errors import AssayError

# The registry: section -> (render, title, url path, help). The very first page is the default one.
PAGES = {
    "": (
        (home.render, "Decide", "decide", "Which class pays for its risk, how sure that is, and what would flip it."),
        (market.render, "Market", "market", "What compute earns, how much of it stands idle, and who builds it."),
        (programs.render, "Programs", "programs", "What states announce, pay and build, and who keeps the money."),
        (nations.render, "Nations", "nations", "Countries side by side: subsidy against need, cost, returns, sources."),
        (portfolio.render, "Portfolio", "portfolio", "What to hold, when to enter, and what to find out first."),
        (compare.render, "Compare", "compare", "Up to six scenarios side by side, and why two of them differ."),
    ),
    "Asset classes": asset_class.PAGES,
    "Loans": (
        (designer.render, "Loan designer", "loan-designer", "One loan: structure, coverage, losses, every step."),
        (loan_book.render, "Loan book", "loan-book", "Loans on GPUs that closed, and your own on the same futures."),
    ),
    "What if": (
        (drivers.render, "What drives it", "drivers", "Which assumptions matter, and what would have to be true."),
        (risk.render, "Risk and stress", "risk", "How bad it gets under stress, what it takes, what one would regret."),
    ),
    "Why believe it": (
        (thesis.render, "Thesis", "thesis", "Twenty claims of the founding documents, tested under this scenario."),
        (evidence.render, "Evidence", "evidence", "Every assumption with its source, and the model against history."),
    ),
}


def main() -> None:
    """One run of the script: what every page shares, then the page."""
    st.set_page_config(page_title="Assay", layout="wide", initial_sidebar_state=320)
    st.html(theme.stylesheet())
    address.read()
    address.write()
    draft.begin()
    pages = {
        section: [
            st.Page(render, title=title, url_path=path, help=about, default=path == "decide")
            for render, title, path, about in listed
        ]
        for section, listed in PAGES.items()
    }
    page = st.navigation(pages, position="top")
    try:
        frame.notes()
        frame.top_bar(reading.report)
        frame.side_bar()
        page.run()
        scenario = state.scenario()
        read = draft.of(scenario)
        frame.foot(run.lead_error(read), scenario.run, read.run.paths)
        draft.label()
        state.settle()
        leave_unseen()
    except AssayError as error:
        _say(str(error), "Your scenario is kept. Undo takes the last change back, reset returns to the preset.")
    except Exception:
        logging.getLogger("assay").exception("a page failed")
        _say(
            "Something went wrong while this page was drawn.",
            "Your scenario is kept, and the address bar still holds it. Undo or reload.",
        )
    finally:
        state.hold()


def _say(what: str, next_step: str) -> None:
    with st.container(border=True):
        st.text(what)
        st.caption(next_step)
        st.button("Reset to the preset", key="guard-reset", on_click=state.reset)


if __name__ == "__main__":  # a run of the page
    main()
else:  # `streamlit run` imports this file once, to start the server
    app = st.App(__file__, lifespan=run.warming(reading.warm))
