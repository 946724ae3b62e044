"""Tests in a real VS Code: its workbench is served to a headless browser, and driven as a user would."""
