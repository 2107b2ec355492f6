"""What PHP's filters make of a file is told from any other encoded text."""

from base64 import b64encode
from codecs import encode

from cyberai.checkkit.php_filters import any_coded, filtered_text

SOURCE = "<?php $password = 'harbour'; include 'top.php'; ?>"
PLAIN = b"<p>" + b64encode(SOURCE.encode()) + b"</p>"
TURNED = b"<p>" + b64encode(encode(SOURCE, "rot13").encode()) + b"</p>"


def test_a_file_and_its_turned_letters_are_recognised() -> None:
    assert filtered_text(PLAIN, TURNED, b"<p>no chapter</p>").encode() in PLAIN


def test_the_same_encoded_text_twice_is_none() -> None:
    assert filtered_text(PLAIN, PLAIN, b"") == ""


def test_what_the_page_holds_anyway_is_none() -> None:
    assert filtered_text(PLAIN, TURNED, PLAIN) == ""
    assert not any_coded(PLAIN, PLAIN)


def test_long_words_that_are_no_encoded_text_are_passed_over() -> None:
    assert not any_coded(b"A" * 25 + b"=" + b" x", b"")
    assert filtered_text(b"A" * 25, b"B" * 25, b"") == ""
