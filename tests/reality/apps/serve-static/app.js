// A folder of files at the root, as the package's page shows.
const http = require("http");
const finalhandler = require("finalhandler");
const serveStatic = require("serve-static");

const serve = serveStatic(__dirname + "/public", { index: ["index.html"] });
http.createServer((req, res) => serve(req, res, finalhandler(req, res))).listen(+process.env.PORT, "127.0.0.1");
