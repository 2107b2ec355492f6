"""A list that the visitor may sort by a column."""

import os

from flask import Flask, escape, request
from sqlalchemy import Column, Integer, String, create_engine
from sqlalchemy.exc import CompileError
from sqlalchemy.ext.declarative import declarative_base
from sqlalchemy.orm import sessionmaker
from sqlalchemy.pool import StaticPool

Base = declarative_base()


class Boat(Base):
    __tablename__ = "boats"
    id = Column(Integer, primary_key=True)
    name = Column(String)
    length = Column(Integer)


engine = create_engine("sqlite://", connect_args={"check_same_thread": False}, poolclass=StaticPool)
Base.metadata.create_all(engine)
session = sessionmaker(bind=engine)()
session.add_all([Boat(name="Heron", length=7), Boat(name="Kestrel", length=12), Boat(name="Teal", length=4)])
session.commit()
app = Flask(__name__)


@app.route("/")
def index():
    return "<!doctype html><title>Boats</title><a href='/boats?order=name'>By name</a> <a href='/boats?order=length'>By length</a>"


@app.route("/boats")
def boats():
    try:
        rows = session.query(Boat).order_by(request.args.get("order", "name")).all()
    except CompileError:
        return "No such column", 400
    items = "".join(f"<li>{escape(boat.name)}, {boat.length} m</li>" for boat in rows)
    return f"<!doctype html><title>Boats</title><ul>{items}</ul>"


app.run(host="127.0.0.1", port=int(os.environ["PORT"]), threaded=False)
