"""The public door: sign-up, confirmation, preferences and leaving; it reaches the audience and nothing else."""

from preference_center.assembly import create_app

__all__ = ["create_app"]
