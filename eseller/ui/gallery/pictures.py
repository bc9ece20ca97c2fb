"""Still lifes for the gallery, drawn as SVG: a vessel on a table in one of a few palettes."""

_PALETTES = [
    ("#e9dfd0", "#cbb79b", "#8a4b2d", "#6d3a22"),
    ("#dfe5df", "#b9c7ba", "#2f5f4c", "#244a3b"),
    ("#e6e3ea", "#c6c0d2", "#4d4a78", "#3b395f"),
    ("#efe7da", "#dcc9a6", "#c08a2e", "#9c6e20"),
    ("#dde6ea", "#b4c8d1", "#35617a", "#294c60"),
    ("#f0e2dc", "#ddbcae", "#b35a45", "#8f4535"),
]
_VESSELS = [
    "M300 210 C300 190 340 180 400 180 C460 180 500 190 500 210 C500 300 560 380 560 520 "
    "C560 640 490 700 400 700 C310 700 240 640 240 520 C240 380 300 300 300 210 Z",
    "M220 380 L580 380 C580 560 520 700 400 700 C280 700 220 560 220 380 Z",
    "M340 160 L460 160 L460 330 C530 360 570 430 570 520 C570 640 500 700 400 700 "
    "C300 700 230 640 230 520 C230 430 270 360 340 330 Z",
    "M260 300 L540 300 L520 660 C518 690 500 700 480 700 L320 700 C300 700 282 690 280 660 Z",
]


def picture(number: int) -> str:
    """Return the picture of a number as an SVG document of 800 by 1000."""
    wall, table, body, shadow = _PALETTES[number % len(_PALETTES)]
    vessel = _VESSELS[number // 2 % len(_VESSELS)]
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 800 1000" width="800" height="1000" '
        'preserveAspectRatio="xMidYMid slice"><defs>'
        f'<linearGradient id="w" x2="1" y2="1"><stop stop-color="{wall}"/><stop offset="1" stop-color="{table}"/>'
        f'</linearGradient><linearGradient id="b"><stop stop-color="{body}"/><stop offset="1" stop-color="{shadow}"/>'
        "</linearGradient></defs>"
        f'<rect width="800" height="1000" fill="url(#w)"/><rect y="690" width="800" height="310" fill="{table}"/>'
        f'<ellipse cx="450" cy="800" rx="260" ry="34" fill="{shadow}" opacity=".22"/>'
        f'<g transform="translate(0 105)"><path d="{vessel}" fill="url(#b)"/>'
        f'<path d="{vessel}" fill="none" stroke="{wall}" stroke-opacity=".18" stroke-width="6"/></g></svg>\n'
    )
