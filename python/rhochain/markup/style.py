"""The style sheet of pages and notebooks: light and dark, at any width, all of it below the class ``rhochain``."""

from __future__ import annotations

__all__ = ["STYLE"]

_LIGHT = {
    "ink": "#1d2329",
    "soft": "#525c66",
    "paper": "#ffffff",
    "raised": "#f4f6f8",
    "line": "#c9d0d6",
    "proved": "#12588f",
    "probable": "#2f7fb8",
    "estimate": "#6b747d",
    "vanishes": "#1d6b35",
    "explodes": "#a62b1f",
    "bounded": "#12588f",
    "open": "#7a5200",
}
_DARK = {
    "ink": "#e7eaee",
    "soft": "#aab4be",
    "paper": "#15191e",
    "raised": "#1f252c",
    "line": "#3d4751",
    "proved": "#7fc1f2",
    "probable": "#559fd3",
    "estimate": "#9aa4ae",
    "vanishes": "#7ed694",
    "explodes": "#ff9d8f",
    "bounded": "#7fc1f2",
    "open": "#f0c060",
}


def _colours(palette: dict[str, str]) -> str:
    return "".join(f"--rhc-{name}:{colour};" for name, colour in palette.items())


_LIGHT_THEMES = '[data-jp-theme-light="true"] .rhochain,.vscode-light .rhochain'
_DARK_THEMES = '[data-jp-theme-light="false"] .rhochain,.vscode-dark .rhochain'

STYLE = (
    f".rhochain{{{_colours(_LIGHT)}color-scheme:light}}"
    f"@media (prefers-color-scheme:dark){{.rhochain{{{_colours(_DARK)}color-scheme:dark}}}}"
    f"{_LIGHT_THEMES}{{{_colours(_LIGHT)}color-scheme:light}}"
    f"{_DARK_THEMES}{{{_colours(_DARK)}color-scheme:dark}}"
    ".rhochain{font:16px/1.5 system-ui,-apple-system,'Segoe UI',sans-serif;color:var(--rhc-ink);"
    "background:var(--rhc-paper);text-align:left;overflow-wrap:anywhere;-webkit-text-size-adjust:100%}"
    "body.rhochain{margin:0}"
    "body.rhochain>main,body.rhochain>footer{max-width:56rem;margin:0 auto;padding:1rem clamp(.9rem,4vw,2rem)}"
    "body.rhochain>footer{color:var(--rhc-soft);font-size:.875rem;border-top:1px solid var(--rhc-line)}"
    "div.rhochain{font-size:14px;padding:.75rem 1rem;border:1px solid var(--rhc-line);border-radius:6px;"
    "max-width:56rem;box-sizing:border-box}"
    ".rhochain *{box-sizing:border-box}"
    ".rhochain h1,.rhochain h2,.rhochain h3,.rhochain h4,.rhochain h5,.rhochain h6{color:inherit;font-weight:650;"
    "line-height:1.25;margin:1.6em 0 .5em}"
    ".rhochain h1{font-size:1.05em;color:var(--rhc-soft);font-weight:500;margin:.5em 0 1em}"
    ".rhochain h2{font-size:1.3em}.rhochain h3{font-size:1.1em}"
    ".rhochain h4,.rhochain h5,.rhochain h6{font-size:1em}"
    ".rhochain p{margin:.5em 0}.rhochain sub,.rhochain sup{font-size:.75em;line-height:0}"
    ".rhochain .rhc-answer{border-left:5px solid var(--rhc-tone);background:var(--rhc-raised);padding:.7rem 1rem;"
    "margin:.5rem 0 1rem;border-radius:0 6px 6px 0}"
    ".rhochain .rhc-answer .rhc-headline{font-size:1.45em;color:var(--rhc-tone);margin:0 0 .2em}"
    ".rhochain .rhc-answer .rhc-word{font:600 .8em/1.4 ui-monospace,Menlo,Consolas,monospace;color:var(--rhc-soft)}"
    + "".join(
        f".rhochain .rhc-{tone}{{--rhc-tone:var(--rhc-{tone})}}" for tone in ("vanishes", "explodes", "bounded", "open")
    )
    + ".rhochain dl.rhc-facts{display:grid;grid-template-columns:5.8em minmax(0,1fr);gap:.3em 1em;"
    "margin:.6em 0}"
    ".rhochain .rhc-facts dt{color:var(--rhc-soft);margin:0;font-weight:400}.rhochain .rhc-facts dd{margin:0;"
    "grid-column:2}"
    ".rhochain .rhc-scroll{overflow-x:auto;margin:.6em 0 1em;border:1px solid var(--rhc-line);border-radius:6px}"
    ".rhochain .rhc-scroll:focus-visible,.rhochain summary:focus-visible{outline:2px solid var(--rhc-proved);"
    "outline-offset:2px}"
    ".rhochain table{border-collapse:collapse;width:100%;margin:0;font-size:.94em;font-variant-numeric:tabular-nums;"
    "overflow-wrap:normal;background:none}"
    ".rhochain caption{position:sticky;left:0;max-width:calc(100vw - 4rem);caption-side:top;text-align:left;"
    "padding:.5em .8em;color:var(--rhc-soft)}"
    ".rhochain th,.rhochain td{padding:.35em .8em;text-align:left;vertical-align:top;border-top:1px solid "
    "var(--rhc-line);background:none;color:inherit}"
    ".rhochain td.rhc-short{white-space:nowrap}.rhochain thead th{font-weight:600;color:var(--rhc-soft);"
    "white-space:nowrap}"
    ".rhochain tbody th{font-weight:600;white-space:nowrap}.rhochain tbody tr{background:none}"
    ".rhochain ul{margin:.5em 0;padding-left:1.3em}.rhochain li{margin:.3em 0}"
    ".rhochain figure{margin:1em 0}.rhochain figcaption{color:var(--rhc-soft);font-size:.875em;margin-top:.4em}"
    ".rhochain figure>svg{display:block;width:100%;overflow:hidden;font:13px/1 system-ui,-apple-system,'Segoe UI',"
    "sans-serif;"
    "print-color-adjust:exact}"
    ".rhochain svg text{fill:var(--rhc-ink);font-variant-numeric:tabular-nums}"
    ".rhochain svg text.rhc-halo{stroke:var(--rhc-paper);stroke-width:4px;stroke-linejoin:round}"
    ".rhochain svg .rhc-name{font-weight:650}.rhochain svg .rhc-tick{fill:var(--rhc-soft);font-size:12px}"
    ".rhochain svg .rhc-axis{stroke:var(--rhc-line);stroke-width:1}"
    ".rhochain svg .rhc-value{stroke:var(--rhc-ink);stroke-width:2}"
    ".rhochain svg .rhc-bar{stroke-width:11;fill:none}"
    ".rhochain svg .rhc-proved{stroke:var(--rhc-proved)}"
    ".rhochain svg .rhc-probable{stroke:var(--rhc-probable);stroke-dasharray:4 2}"
    ".rhochain svg .rhc-estimate{stroke:var(--rhc-estimate);stroke-dasharray:1.5 3}"
    ".rhochain svg .rhc-mark{stroke:var(--rhc-tone);stroke-width:1.5}.rhochain svg .rhc-dashed{stroke-dasharray:6 4}"
    ".rhochain svg text.rhc-label{fill:var(--rhc-tone);font-weight:600}.rhochain svg .rhc-network{--rhc-tone:"
    "var(--rhc-ink)}"
    ".rhochain blockquote{margin:.6em 0;padding:.1em 1em;border-left:3px solid var(--rhc-line)}"
    ".rhochain pre{overflow-x:auto;background:var(--rhc-raised);color:inherit;padding:.7em 1em;border-radius:6px;"
    "font:.85em/1.45 ui-monospace,Menlo,Consolas,monospace;white-space:pre;margin:.6em 0}"
    ".rhochain summary{cursor:pointer;font-weight:650;padding:.3em 0}"
    ".rhochain summary>h2,.rhochain summary>h3,.rhochain summary>h4,.rhochain summary>h5,.rhochain summary>h6"
    "{display:inline;margin:0}"
    ".rhochain details{margin:.8em 0}"
    "@media (max-width:36rem){.rhochain dl.rhc-facts{grid-template-columns:minmax(0,1fr);gap:0}"
    ".rhochain .rhc-facts dd{margin:0 0 .6em;grid-column:1}.rhochain .rhc-answer .rhc-headline{font-size:1.25em}}"
    "@media print{.rhochain .rhc-scroll,.rhochain pre{overflow:visible;white-space:pre-wrap}}"
)
