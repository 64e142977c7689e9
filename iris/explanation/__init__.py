"""Drawing what `iris.explain` found: layers over the eye, strips, measures, the panel and the page."""
