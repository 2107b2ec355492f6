"""A download whose file name the visitor chooses."""

import os

import uvicorn
from starlette.applications import Starlette
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route


async def index(request):
    return HTMLResponse("<!doctype html><title>Boats</title><a href='/export?name=boats.csv'>Export</a>")


async def export(request):
    name = request.query_params.get("name", "boats.csv")
    return Response(
        "Heron,7\n", media_type="text/csv", headers={"Content-Disposition": f"attachment; filename={name}"}
    )


app = Starlette(routes=[Route("/", index), Route("/export", export)])
uvicorn.run(app, host="127.0.0.1", port=int(os.environ["PORT"]), http="httptools", log_level="warning")
