"""The pages of docs/reference, each made from the code it describes; `tools/gen_docs.py` writes them."""
