// A search page; what is shown is escaped by the template engine.
const express = require("express");
const mustache = require("mustache");

const page = "<!doctype html><title>Search</title><form action=/search><input name=q value={{q}}></form><p>Nothing found</p>";
const app = express();
app.get("/", (req, res) => res.send("<!doctype html><title>Boats</title><form action=/search><input name=q></form>"));
app.get("/search", (req, res) => res.send(mustache.render(page, { q: String(req.query.q || "") })));
app.listen(+process.env.PORT, "127.0.0.1");
