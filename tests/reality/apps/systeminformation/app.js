// Shows whether a service runs on this machine.
const express = require("express");
const si = require("systeminformation");

const app = express();
app.get("/", (req, res) => res.send("<!doctype html><title>Services</title><form action=/services><input name=name value=nginx></form>"));
app.get("/services", (req, res) => si.services(req.query.name).then((data) => res.json(data), () => res.status(500).send("failed")));
app.listen(+process.env.PORT, "127.0.0.1");
