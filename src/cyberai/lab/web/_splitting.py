"""What a client makes of a header whose value holds line breaks: the fields after the first line are fields too."""

from cyberai.lab.parsing import Pairs


def fields(name: str, value: str) -> Pairs:
    """The field as it would go over the wire, read back line by line. An empty line would end the header; here
    it only ends the fields, since the lab's answers have one body."""
    first, *lines = value.replace("\r\n", "\n").split("\n")
    found = [(name, _clean(first))]
    for line in lines:
        field, colon, rest = line.partition(":")
        if not line.strip():
            break
        # What is no field goes on in the one before, as header folding once had it.
        if colon and field.strip() and all(c.isalnum() or c in "-_" for c in field.strip()):
            found.append((field.strip(), _clean(rest)))
    return tuple(found)


def _clean(value: str) -> str:
    return "".join(c for c in value.strip() if c >= " " and c != "\x7f" and c < "\u0100")
