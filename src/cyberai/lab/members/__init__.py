"""Areas for members: flaws that only somebody who is logged in can see, behind each kind of login."""
