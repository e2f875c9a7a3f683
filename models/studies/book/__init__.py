"""Loans of a lender as one book on the same futures."""
