"""The claims of the two founding documents, in their order."""

from __future__ import annotations

from models.studies.thesis.record import Statement

BAIN, BLOG = "s5_bain_2024", "gold_rush_2025"

_WORDS: dict[str, tuple[str, tuple[str, ...]]] = {
    "T1": ("Picks and shovels (GPUs, data centers) are the lower-risk bets; LLMs and cloud platforms are higher risk "
           "and higher reward.", (BAIN,)),
    "T2": ("Data center operators and hardware suppliers get a short-term windfall.", (BAIN,)),
    "T3": ("Data center owners risk overcapacity, as telecom networks did in the early 2000s.", (BAIN,)),
    "T4": ("Growth of silicon and hardware suppliers may level off in the long term.", (BAIN,)),
    "T5": ("Financing secured on GPUs is becoming a common form of corporate debt, a new sub-asset class.", (BAIN,)),
    "T6": ("Local providers account for nearly a quarter of the new data center capacity of the next years; "
           "hyperscalers plan most of it.", (BAIN,)),
    "T7": ("Governments ordered at least 40,000 GPUs in a year; Nvidia projected 10 billion dollars of sovereign "
           "revenue for 2024, from zero.", (BAIN,)),
    "T8": ("AI subsidies are below those for semiconductor fabs, and below what local champions would need to compete "
           "at scale.", (BAIN,)),
    "T9": ("Training costs of the dearest models passed 100 million dollars and grow exponentially; small models are "
           "cheap.", (BAIN,)),
    "T10": ("Open-source models make market entry easier than in chips.", (BAIN,)),
    "T11": ("Scale (ecosystem, deep coffers, spreading R&D) favors global incumbents.", (BAIN,)),
    "T12": ("Incumbents adapt: they localize operations, comply with local rules, form joint ventures.", (BAIN,)),
    "T13": ("Land, approvals, power and connectivity constrain every builder.", (BAIN,)),
    "T14": ("Sovereignty fragments workloads.", (BAIN, BLOG)),
    "T15": ("Data must be stored, processed and served inside the border.", (BLOG,)),
    "T16": ("Nations differ: state champions, a full domestic stack, public infrastructure, each with its own "
            "instruments.", (BAIN, BLOG)),
    "T17": ("Nvidia sells the shovels to all of them.", (BLOG,)),
    "T18": ("Building sovereign AI costs compute, localized data, talent and training expertise.", (BLOG,)),
    "T19": ("Sanctions and export restrictions can cut supply.", (BLOG,)),
    "T20": ("AI may split into blocs, or nations may collaborate.", (BLOG,)),
}

STATEMENTS: dict[str, Statement] = {key: Statement(key, words, said_by) for key, (words, said_by) in _WORDS.items()}
