// Looks up the address of a name.
const express = require("express");
const dnsSync = require("dns-sync");

const app = express();
app.get("/", (req, res) => res.send("<!doctype html><title>Look up</title><form action=/resolve><input name=host value=localhost></form>"));
app.get("/resolve", (req, res) => {
  const address = dnsSync.resolve(String(req.query.host));
  res.type("text/plain").send(address ? "found" : "not found");
});
app.listen(+process.env.PORT, "127.0.0.1");
