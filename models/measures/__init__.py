"""Return and risk measures: pure functions of arrays, independent of the model.

`returns` turns cash flows into present values, rates, multiples and paybacks per path; `risk` turns one number per
path into loss measures with their standard errors. Arrays are (paths, T+1) with time last, or (paths,).
"""

from models.measures import returns, risk

__all__ = ["returns", "risk"]
