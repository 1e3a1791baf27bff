// Serves the files of this app, and who it is: npm start. There is no other part of it on a server, and no build.
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';

const port = Number(process.env.PORT ?? 5091);
const settings = {
  authority: process.env.ISSUER ?? 'http://localhost:5080',
  client_id: process.env.CLIENT_ID ?? 'demo-spa',
  api: process.env.API ?? 'http://localhost:5092',
};

const file = (path, type) => ({ type, body: () => readFile(new URL(path, import.meta.url)) });
const files = {
  '/': file('public/index.html', 'text/html'),
  '/app.js': file('public/app.js', 'text/javascript'),
  '/style.css': file('public/style.css', 'text/css'),
  '/oidc-client-ts.js': file('node_modules/oidc-client-ts/dist/browser/oidc-client-ts.min.js', 'text/javascript'),
  '/settings.json': { type: 'application/json', body: () => JSON.stringify(settings) },
};
files['/callback'] = files['/']; // the app is one page, and looks at the address itself

// Scripts of this app alone, which may ask the server and the API and nobody else.
const headers = {
  'content-security-policy': `default-src 'none'; script-src 'self'; style-src 'self'; base-uri 'none'; `
    + `form-action 'none'; frame-ancestors 'none'; connect-src 'self' ${new URL(settings.authority).origin} ${settings.api}`,
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
};

createServer(async (request, response) => {
  const found = files[request.url.split('?', 1)[0]];
  if (found === undefined || request.method !== 'GET') return response.writeHead(404, headers).end();
  const body = await found.body();
  response.writeHead(200, { ...headers, 'content-type': `${found.type}; charset=utf-8` }).end(body);
}).listen(port, '127.0.0.1', () => console.log(`http://localhost:${port}`));
