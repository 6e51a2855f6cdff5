"""How an answer is shown: as text, as JSON, as a picture, as a page. Imports all other folders; none imports it.

- `chain_report`: `ChainReport`, the answer of `check_chain`.
- `figure`: brackets as bars on a logarithmic axis.
- `gradient_report`: `GradientReport`, the answer of `check`.
- `json_report`: the plain form of a report as a text of JSON.
- `layer_report`: `LayerReport`, the answer of `check` for one layer of gated cells.
- `layout`: labelled paragraphs and a table in plain text.
- `matrix_size`: shape and entries of W in words.
- `model_report`: `ModelReport`, the answer of `check` for every layer of a model.
- `page`: one HTML page that needs nothing beside it.
- `trajectory_report`: what happened along the sequences of a batch.
"""
