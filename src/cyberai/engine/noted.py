"""What is remembered of every answer: what was written to the target, and how it sets its cookies."""

from cyberai.domain.http import Exchange
from cyberai.engine.cookies import CookieRules
from cyberai.engine.writes import Writes


class Noted:
    """The notes of a session. They are kept and shown: nothing of a login may stand in what they are told."""

    def __init__(self) -> None:
        self.writes = Writes()
        self.cookie_rules = CookieRules()

    def answered(self, exchange: Exchange) -> None:
        """A request was answered."""
        self.writes.answered(exchange.request, exchange.response)
        self.cookie_rules.learn(exchange.request, exchange.response)
