"""Whatever a resolver answers, it is read within limits, and checks of domains come to their end."""

import dns.message
import dns.rrset
from hypothesis import example, given, settings
from hypothesis import strategies as st

from fuzz.name_answers import fuzz_one

HEAD = b"\x12\x34\x81\x80\x00\x01\x00\x01\x00\x00\x00\x00"
TERMS = st.sampled_from(
    [
        "include:",
        "redirect=",
        "a:",
        "mx",
        "ip4:",
        "exists:%{i}",
        "+all",
        "pier.example ",
        "p=none;",
        "sp=",
        "pct=9 ",
        "t=y;",
        "k=rsa;",
        "p=MHww",
        "id=;",
        "rua=",
        "257 3 8 ",
        "4711 13 2 ab",
        "128 tbs x",
        '0 issue "',
        "1 0 9 ",
        " -",
    ]
)


@settings(deadline=None, max_examples=30)
@given(
    st.one_of(st.binary(max_size=200), st.lists(TERMS, max_size=8).map(lambda parts: "".join(parts).encode()))
)
@example(HEAD + b"\xc0\x0c\x00\x10\x00\x01" + b"\xc0\x0c" * 8)
@example(HEAD + b"\x01a\xc0\x0e\x00\x10\x00\x01")
@example(b"257 3 8 \n\xff 3 8 AwE=\n4711 13 9 zz\n1 0 99999999999 -")
@example(b" include:pier.example redirect=pier.example\n" * 3)
def test_hostile_answers_are_read_within_limits(data: bytes) -> None:
    fuzz_one(data)


def test_a_message_cut_at_any_byte_is_refused_or_read() -> None:
    question = dns.message.make_query("pier.example.", "TXT")
    message = dns.message.make_response(question)
    message.answer.append(dns.rrset.from_text("pier.example.", 60, "IN", "CNAME", "jetty.example."))
    message.answer.append(dns.rrset.from_text("jetty.example.", 60, "IN", "TXT", '"v=spf1 -all" "more"'))
    wire = message.to_wire()
    for end in range(len(wire)):
        fuzz_one(wire[:end])
