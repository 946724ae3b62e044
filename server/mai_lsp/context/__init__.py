"""Context: chooses what of the code a model is shown; pure, given the data."""
