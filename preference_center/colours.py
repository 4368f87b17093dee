"""A brand's colour on public pages: the same hue in light and dark, as dark or light as reading needs."""

import re

_STANDARD = "#47551f"
_PAPER, _DARK_PAPER = "#f7f4ed", "#191813"
_ENOUGH = 4.5
"""WCAG 2.2, 1.4.3: text of ordinary size."""


def brand_css(accent: str) -> str:
    """The custom properties that replace the standard accent; empty for the standard one or for what is no colour."""
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", accent) or accent.lower() == _STANDARD:
        return ""
    light, light_tint = _readable(accent, "#000000", _PAPER, tint_share=0.08)
    dark, dark_tint = _readable(accent, "#ffffff", _DARK_PAPER, tint_share=0.1)
    by_day = _rule(light, _blend(light, "#000000", 0.2), "#fffdf9", light_tint)
    by_night = _rule(dark, _blend(dark, "#ffffff", 0.3), "#191813", dark_tint)
    return f":root{{{by_day}}}@media (prefers-color-scheme: dark){{:root{{{by_night}}}}}"


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours as "#rrggbb" (WCAG 2.2), from 1 to 21."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _rule(accent: str, hover: str, on_accent: str, tint: str) -> str:
    return f"--accent:{accent};--accent-hi:{hover};--on-accent:{on_accent};--tint:{tint}"


def _readable(colour: str, towards: str, paper: str, *, tint_share: float) -> tuple[str, str]:
    """The colour nearest to this one that can be read on paper and on its own tint, and that tint."""
    steps = (_blend(colour, towards, step / 20) for step in range(21))
    tinted = ((one, _blend(paper, one, tint_share)) for one in steps)
    return next((one, tint) for one, tint in tinted if min(contrast(one, paper), contrast(one, tint)) >= _ENOUGH)


def _blend(one: str, other: str, share: float) -> str:
    mixed = (round(a + (b - a) * share) for a, b in zip(_channels(one), _channels(other), strict=True))
    return "#" + "".join(f"{channel:02x}" for channel in mixed)


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _luminance(colour: str) -> float:
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (channel / 255 for channel in _channels(colour))]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
