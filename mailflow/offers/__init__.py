"""Offers, and codes that belong to one person each."""
