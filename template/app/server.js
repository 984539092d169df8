const { createServer } = require("node:http");

createServer((_, response) => response.end("It runs.\n")).listen(8080);
