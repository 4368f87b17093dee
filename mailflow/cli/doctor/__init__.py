"""Looks whether an installation can do its work, and says what to do where it cannot. Changes nothing."""
