// An API that pages of other sites may read, as the package's page shows.
const Koa = require("koa");
const cors = require("@koa/cors");

const app = new Koa();
app.use(cors());
app.use((ctx) => {
  if (ctx.path === "/api/boats") ctx.body = [{ name: "Heron" }];
  else if (ctx.path === "/") ctx.body = "<!doctype html><title>Boats</title><a href=/api/boats>Boats</a>";
});
app.listen(+process.env.PORT, "127.0.0.1");
