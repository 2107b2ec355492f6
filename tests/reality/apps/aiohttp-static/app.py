"""A site with a folder of files, links in it followed (the manual's `static` route)."""

import os
from pathlib import Path

from aiohttp import web

HERE = Path(__file__).parent


async def index(request: web.Request) -> web.Response:
    return web.Response(
        text="<!doctype html><title>Boats</title><link rel=stylesheet href=/static/site.css><h1>Boats</h1>",
        content_type="text/html",
    )


app = web.Application()
app.add_routes([web.get("/", index), web.static("/static", HERE / "static", follow_symlinks=True)])
web.run_app(app, host="127.0.0.1", port=int(os.environ["PORT"]))
