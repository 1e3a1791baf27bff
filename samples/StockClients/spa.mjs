// Apps in the browser alone, in Chromium: node spa.mjs http://localhost:5080 20000
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { check, equal, failures } from './check.mjs';
import { goOn, withBrowser } from './chromium.mjs';
import { email, name } from './person.mjs';
import { api, beside } from './program.mjs';

const [issuer, port] = [process.argv[2], Number(process.argv[3])];
const viaOidcClient = `http://127.0.0.1:${port + 3}`;
const viaAngular = `http://127.0.0.1:${port + 4}`;
const notes = `http://127.0.0.1:${port + 8}`;

// What Angular's tools would bundle: its modules as they are published, named by the page's import map.
const files = createServer(async (request, response) => {
  const { pathname } = new URL(request.url, viaAngular);
  const path = pathname === '/settings.json' || /\.[a-z]+$/.test(pathname) ? pathname : `${pathname}.js`;
  try {
    const body = path === '/settings.json' ? JSON.stringify({ issuer }) : await readFile(`.${path}`);
    const type = path.endsWith('.html') ? 'text/html' : path.endsWith('.json') ? 'application/json' : 'text/javascript';
    response.writeHead(200, { 'content-type': type }).end(body);
  } catch {
    response.writeHead(404).end();
  }
}).listen(port + 4, '127.0.0.1');

const spa = {
  command: [process.execPath, '../Spa/server.mjs'], at: viaOidcClient,
  variables: { ISSUER: issuer, CLIENT_ID: 'stock-spa', API: notes, PORT: String(port + 3) },
};
const said = `of ${new Date().toISOString()}`;

await beside([spa, api(issuer, notes, viaOidcClient)], () => withBrowser(async (page) => {
  const button = (name) => page.getByRole('button', { name, exact: true });
  await check('oidc-client-ts (samples/Spa): signs in, and shows the person', async () => {
    await page.goto(viaOidcClient);
    await button('Sign in').click();
    await page.waitForURL(`${issuer}/**`);
    await goOn(page, 'Signed in as');
    equal(new URL(page.url()).href, `${viaOidcClient}/`, 'the address, without the code,');
    equal(await page.locator('#name').innerText(), name, 'the name');
  });
  await check('oidc-client-ts (samples/Spa): calls the API', async () => {
    await page.getByLabel('New note').fill(said);
    await button('Add').click();
    await page.getByText(said).waitFor();
  });
  await check('oidc-client-ts (samples/Spa): Reload changes nothing', async () => {
    await page.reload();
    await page.getByText(said).waitFor();
  });
  await check('angular-oauth2-oidc: signs in with code and PKCE, nobody types again', async () => {
    await page.goto(`${viaAngular}/angular.html`);
    await button('Sign in').click();
    await goOn(page, /^Signed in: /);
    equal(await page.locator('#who').innerText(), `Signed in: ${email}`, 'the page');
  });
  await check('angular-oauth2-oidc: refreshes', async () => {
    await button('Refresh').click();
    await page.getByText('Refreshed').waitFor();
  });
  await check('angular-oauth2-oidc: signs out through the server', async () => {
    await button('Sign out').click();
    await page.getByText('Signed out').waitFor();
    equal(new URL(page.url()).pathname, '/angular.html', 'the browser is back at');
    await button('Sign in').click();
    await page.getByLabel('Password', { exact: true }).waitFor();
  });
  await check('oidc-client-ts (samples/Spa): signs out through the server', async () => {
    await goOn(page, /^Signed in: /);
    await page.goto(viaOidcClient);
    await button('Sign out').click();
    await button('Sign in').waitFor();
    equal(page.url(), `${viaOidcClient}/`, 'the browser is back at');
  });
}));
files.close();
files.closeAllConnections();
process.exitCode = failures() > 0 ? 1 : 0;
