"""How an answer is shown: as text, as JSON, as a picture, as a page. Imports all other folders; `checking` imports it.

- `answers`: verdicts in plain words.
- `axis`: the axis of a picture.
- `chain_report`: `ChainReport`, the answer of `check_chain`.
- `citations`: the sources of bounds, as BibTeX.
- `computation`: `Computation`, how a report was computed and how long it took.
- `figure`: brackets as bars on one axis.
- `gradient_report`: `GradientReport`, the answer of `check`.
- `hubs`: `Hubs`, the neurons with the largest entries of the Perron vectors.
- `json_report`: the plain form of a report as a text of JSON.
- `layer_report`: `LayerReport`, the answer of `check` for one layer of gated cells.
- `layout`: blocks in plain text.
- `matrix_size`: shape and entries of W in words.
- `methods`: a paragraph for a paper.
- `model_report`: `ModelReport`, the answer of `check` for every layer of a model.
- `neurons`: the names of neurons, and what a reader did.
- `page`: blocks as one HTML page that needs nothing beside it.
- `quantities`: the table and the bars of brackets.
- `shown_report`: what every report has for its readers.
- `terminal`: blocks on a terminal, by rich.
- `trajectory_report`: what happened along the sequences of a batch.
"""
