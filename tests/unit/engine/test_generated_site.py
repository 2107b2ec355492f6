"""The short form of the crawl benchmark: a generated site with traps is reached, for the requests that are promised."""

import pytest

from benchmarks.crawl import LEAST_SHARE, REQUESTS_PER_PAGE, crawled
from benchmarks.generated_site import GeneratedSite
from cyberai.domain.http import HttpRequest, Url

TRAPS = 1_300
"""Requests that the traps cost once, whatever the size of the site."""


@pytest.mark.slow
def test_the_real_pages_are_reached_and_the_traps_are_left() -> None:
    crawl = crawled(1_500, 3)
    assert crawl.share >= LEAST_SHARE
    assert crawl.network.requests_sent <= REQUESTS_PER_PAGE * len(crawl.site.addresses) + TRAPS


def test_the_site_is_what_it_says() -> None:
    site = GeneratedSite(500)
    answers = {
        t: site.respond(HttpRequest("GET", Url("http", "10.0.0.1", 80, t))).body for t in site.addresses
    }
    assert len(set(answers.values())) == len(answers) >= 450
