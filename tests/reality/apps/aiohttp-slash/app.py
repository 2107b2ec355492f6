"""Pages with and without a slash at the end, by the middleware of the manual."""

import os

from aiohttp import web


async def index(request: web.Request) -> web.Response:
    return web.Response(
        text="<!doctype html><title>Boats</title><a href=/boats/dinghy>Dinghy</a>", content_type="text/html"
    )


async def boat(request: web.Request) -> web.Response:
    return web.Response(text="<!doctype html><title>A boat</title><h1>Boat</h1>", content_type="text/html")


app = web.Application(middlewares=[web.normalize_path_middleware(append_slash=True)])
app.add_routes([web.get("/", index), web.get("/boats/{name}/", boat), web.get("/{section}/{name}/", boat)])
web.run_app(app, host="127.0.0.1", port=int(os.environ["PORT"]))
