"""The flows: orchestrates context, prompt, model and reply; knows no editor."""
