"""What a reader sees, in blocks, and these blocks as HTML. Knows no matrix and imports no other folder.

- `blocks`: the parts of a report, whatever shows them.
- `elements`: blocks as HTML.
- `notebook`: blocks as a fragment for a notebook.
- `style`: the style sheet.
- `symbols`: the symbols of formulas in HTML.
"""
