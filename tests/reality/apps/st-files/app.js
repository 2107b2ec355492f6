// A folder of files, as the package's page shows.
const http = require("http");
const st = require("st");

const mount = st({ path: __dirname + "/static", url: "/static" });
http.createServer((req, res) => {
  if (mount(req, res)) return;
  res.setHeader("Content-Type", "text/html");
  if (req.url !== "/") res.statusCode = 404;
  res.end(req.url === "/" ? "<!doctype html><title>Boats</title><link rel=stylesheet href=/static/site.css><h1>Boats</h1>" : "<h1>Not found</h1>");
}).listen(+process.env.PORT, "127.0.0.1");
