"""The page's theme: quiet greys, one blue, the reader's own fonts; nothing is loaded from the network."""

from __future__ import annotations

from gradio.themes import Base, Color, sizes

_BLUE = Color(
    "#eef4ff", "#dbe7fe", "#bfd4fd", "#93b4fb", "#6e9eef", "#3f7be6", "#1c64d7", "#1a55b5", "#1b4890", "#1b3d73",
    "#132649", "tellwise",
)  # fmt: skip
_GREY = Color(
    "#f8f9fb", "#f1f3f6", "#dfe3ea", "#c8ced8", "#98a2b3", "#6b7585", "#4d5666", "#39414f", "#232936", "#161a22",
    "#0d1016", "slate",
)  # fmt: skip
_SANS = ("system-ui", "-apple-system", "Segoe UI", "Roboto", "Helvetica Neue", "sans-serif")
_MONO = ("ui-monospace", "SFMono-Regular", "Menlo", "Consolas", "monospace")


def tellwise_theme() -> Base:
    """The theme, light and dark."""
    theme = Base(
        primary_hue=_BLUE, secondary_hue=_BLUE, neutral_hue=_GREY, radius_size=sizes.radius_md, font=_SANS,
        font_mono=_MONO,
    )  # fmt: skip
    return theme.set(
        body_background_fill="#f8f9fb",
        body_background_fill_dark="#0d1016",
        body_text_color="#1b2230",
        body_text_color_dark="#e8ebf1",
        body_text_color_subdued="#5a6474",
        body_text_color_subdued_dark="#a5aebd",
        block_background_fill="#ffffff",
        block_background_fill_dark="#161a22",
        block_border_color="#dfe3ea",
        block_border_color_dark="#2d3442",
        block_shadow="none",
        input_background_fill="#ffffff",
        input_background_fill_dark="#161a22",
        input_placeholder_color="#5a6474",
        input_placeholder_color_dark="#a5aebd",
        button_primary_background_fill="#1c64d7",
        button_primary_background_fill_dark="#1c64d7",
        button_primary_background_fill_hover="#1a55b5",
        button_primary_background_fill_hover_dark="#1a55b5",
        button_primary_text_color="#ffffff",
        button_secondary_background_fill="#ffffff",
        button_secondary_background_fill_dark="#161a22",
        button_secondary_border_color="#c8ced8",
        button_secondary_border_color_dark="#39414f",
    )
