"""Real editors other than VS Code, each with the configuration of the README."""
