"""A table whose cells get the data attributes that the visitor names, by the filter `xmlattr`."""

import os

from flask import Flask, render_template_string, request

app = Flask(__name__)


@app.route("/")
def index():
    return "<!doctype html><title>Boats</title><a href='/boats?mark=data-kind&as=boat'>Boats</a>"


@app.route("/boats")
def boats():
    marks = {request.args.get("mark", "data-kind"): request.args.get("as", "boat")}
    return render_template_string(
        "<!doctype html><title>Boats</title><ul><li{{ marks|xmlattr }}>Heron</li></ul>", marks=marks
    )


app.run(host="127.0.0.1", port=int(os.environ["PORT"]))
