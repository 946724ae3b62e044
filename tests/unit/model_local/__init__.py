"""The embedded model, without a model and (mostly) without processes."""
