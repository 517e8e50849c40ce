"""What a newsroom must find before it signs: words, names, personal data, sources, figures, pictures, links, dates.

Each check is a pure function over a manuscript's passages; ``examine`` runs them all, ``examine_rendition`` looks at
what readers will see. The desk keeps lists by version, results, overrides and the register of figures.
"""
