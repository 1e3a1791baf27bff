// Apache with mod_auth_openidc, with a person in Chromium: node apache.mjs http://localhost:5080 20000
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { check, equal, failures, isTold } from './check.mjs';
import { goOn, shown, signOutAtServer, withBrowser } from './chromium.mjs';
import { secret } from './clients.mjs';
import { email, name } from './person.mjs';
import { beside } from './program.mjs';

const [issuer, port] = [process.argv[2], Number(process.argv[3]) + 7];
const modules = '/usr/lib/apache2/modules';
const site = `http://127.0.0.1:${port}`;
const signOut = `${site}/page/callback?logout=${encodeURIComponent(`${site}/signed-out`)}`;

if (!existsSync(`${modules}/mod_auth_openidc.so`)) {
  console.log('FAILED: mod_auth_openidc: it is not here. Install it: apt-get install apache2 libapache2-mod-auth-openidc');
  process.exit(1);
}

const folder = await mkdtemp(`${tmpdir()}/login-`);
await chmod(folder, 0o755);
await mkdir(`${folder}/site/page`, { recursive: true });
await writeFile(`${folder}/site/page/who`,
  '{ "email": "<!--#echo var="REMOTE_USER" -->", "name": "<!--#echo var="OIDC_CLAIM_name" -->" }');
await writeFile(`${folder}/site/signed-out`, 'Signed out');

const apache = {
  command: ['/usr/sbin/apache2', '-DFOREGROUND', '-f', new URL('login.conf', import.meta.url).pathname], at: site,
  variables: {
    ISSUER: issuer, LOGIN_FOLDER: folder, LOGIN_PORT: String(port), LOGIN_SECRET: secret, APACHE_MODULES: modules,
  },
};

try {
  await beside([apache], () => withBrowser(async (page) => {
    await check('mod_auth_openidc: signs in, and the app behind it reads who it is', async () => {
      await page.goto(`${site}/page/who`);
      await goOn(page, /"email":/);
      equal(await shown(page), { email, name }, 'who signed in');
    });
    await check('mod_auth_openidc: signs out through the server', async () => {
      await page.goto(signOut);
      equal(page.url(), `${site}/signed-out`, 'the browser is at');
      await page.goto(`${site}/page/who`);
      await page.getByLabel('Password', { exact: true }).waitFor();
    });
    await check('mod_auth_openidc: is told when the person signs out elsewhere (back-channel)', async () => {
      await goOn(page, /"email":/);
      await signOutAtServer(page, issuer);
      await isTold(async () => {
        await page.goto(`${site}/page/who`);
        return page.url().startsWith(issuer);
      });
    });
  }));
} finally {
  await rm(folder, { recursive: true, force: true });
}
process.exitCode = failures() > 0 ? 1 : 0;
