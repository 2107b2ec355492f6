"""The project's rules on its own source, read from the syntax tree; `tools/ast_rules.py` runs them."""
