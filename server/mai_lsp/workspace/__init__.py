"""The workspace's files as the server reads them: roots and the project's settings file."""
