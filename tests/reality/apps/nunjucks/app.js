// A search page; what is shown is escaped by the template engine.
const express = require("express");
const nunjucks = require("nunjucks");

const app = express();
nunjucks.configure(__dirname, { autoescape: true, express: app });
app.get("/", (req, res) => res.send("<!doctype html><title>Boats</title><form action=/search><input name=q></form>"));
app.get("/search", (req, res) => res.render("search.html", { q: req.query.q }));
app.listen(+process.env.PORT, "127.0.0.1");
