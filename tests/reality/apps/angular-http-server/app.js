// The package is a program: it serves the folder that it is started in.
process.chdir(__dirname + "/site");
process.argv.push("-p", process.env.PORT);
require("angular-http-server");
