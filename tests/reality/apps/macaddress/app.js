// Shows the hardware address of a network interface.
const express = require("express");
const macaddress = require("macaddress");

const app = express();
app.get("/", (req, res) => res.send("<!doctype html><title>Interfaces</title><form action=/address><input name=interface value=lo></form>"));
app.get("/address", (req, res) => {
  macaddress.one(String(req.query.interface), (error, address) => {
    if (error) return res.status(500).send("No such interface");
    res.type("text/plain").send(address);
  });
});
app.listen(+process.env.PORT, "127.0.0.1");
