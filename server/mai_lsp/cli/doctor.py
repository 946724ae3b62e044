"""``mai-lsp doctor``: stub while being written."""
import argparse
def add_parser(subparsers): subparsers.add_parser("doctor")
def run(args): return 0
