"""Logging in at a target, and staying logged in: how the session is made, recognised, watched and repaired.

Nothing of it is stored. A request of the engine carries no secret: what the session adds is put on the wire alone
(`keeper.Login.send`), so that units, evidence and commands cannot give it away.
"""
