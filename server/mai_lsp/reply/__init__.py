"""Replies: a model's text in, text that fits the document out; pure."""
