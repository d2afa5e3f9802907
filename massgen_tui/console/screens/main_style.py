"""How the main screen stands; what the first picture has of it too is in console.tcss."""

MAIN = """
MainScreen {
    layout: grid; grid-size: 3; grid-gutter: 0; layers: base over;
    grid-columns: 3 1fr 28; grid-rows: 1 1fr auto 1;
}
MainScreen.-wide { grid-columns: 3 1fr 36; }
MainScreen.-plain, MainScreen.-bare { grid-columns: 3 1fr 1; }
MainScreen.-folded { grid-columns: 3 1fr 1; grid-rows: 1 1fr 1 auto 1; }
MainScreen.-small { grid-size: 1; grid-columns: 1fr; grid-rows: 1fr; }

#rounds { column-span: 3; background: $surface; color: $foreground; }
MainScreen.-agreeing #rounds { display: block; }
#panes { column-span: 2; width: 100%; height: 100%; }
MainScreen.-plain #panes, MainScreen.-bare #panes, MainScreen.-folded #panes { column-span: 3; }
#sidebar { width: 100%; height: 100%; }
MainScreen.-plain #sidebar, MainScreen.-bare #sidebar, MainScreen.-folded #sidebar {
    display: none;
}
MainScreen.-over #sidebar {
    display: block; layer: over; dock: right; width: 36; margin: 1 0 3 0;
}
MainScreen #folded { display: none; }
MainScreen.-folded #folded { display: block; }
#mark { width: 3; height: 100%; background: $background; color: $primary; text-style: bold; }
#prompt {
    column-span: 2; width: 100%; height: auto; min-height: 1; max-height: 6; padding: 0;
    background: $background; scrollbar-size-vertical: 1;
}
#search { layer: over; dock: bottom; background: $panel; color: $foreground; }
"""
"""Only theme variables: every theme, light, dark and high contrast, fits."""
