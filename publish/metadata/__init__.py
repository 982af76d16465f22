"""What an edition says of itself, each format from the same description.

Owns the files that describe and cite data: packages, catalogues, the dictionary, the licence, the
policy and the changelog. Makes no data, and looks at no clock. Docs: `docs/metadata.md`.
"""
