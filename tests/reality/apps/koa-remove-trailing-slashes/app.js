// Pages without a slash at the end; with one the visitor is sent there.
const Koa = require("koa");
const removeTrailingSlashes = require("koa-remove-trailing-slashes");

const app = new Koa();
app.use(removeTrailingSlashes());
app.use((ctx) => {
  if (ctx.path === "/") ctx.body = "<!doctype html><title>Boats</title><a href=/harbour/>Harbour</a>";
  else if (ctx.path === "/harbour") ctx.body = "<!doctype html><title>Harbour</title><h1>Harbour</h1>";
});
app.listen(+process.env.PORT, "127.0.0.1");
