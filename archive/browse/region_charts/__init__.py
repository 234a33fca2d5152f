"""Charts to embed, drawn as SVG without any script: of regions, of their bodies, of siblings."""
