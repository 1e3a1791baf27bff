// People who sign in elsewhere, in Chromium: node main.mjs http://localhost:5080 "postgresql://…" 20000 20001
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';
import { StockProvider, entra, entraSubject, google, tenant } from './provider.mjs';

const [issuer, database, port, otherPort] = process.argv.slice(2);
const password = process.env.OAUTH_CONFORMANCE_PASSWORD ?? 'Demo-Passw0rd-2026';
const atGoogle = new StockProvider(
  'Google', `http://127.0.0.1:${port}`, google, `${issuer}/account/external/google/callback`);
const atEntra = new StockProvider(
  'Entra', `http://127.0.0.1:${otherPort}/${tenant}/v2.0`, entra, `${issuer}/account/external/entra/callback`,
  entraSubject);

let failed = 0;
async function check(name, walk) {
  const context = await browser.newContext({ locale: 'en-US' });
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  try {
    await walk(page);
    console.log(`ok      ${name}`);
  } catch (error) {
    failed++;
    console.log(`FAILED: ${name}: ${error.message} at ${page.url()}`);
  } finally {
    await context.close();
  }
}

function equal(actual, expected, what) {
  if (actual !== expected) throw new Error(`${what} is ${actual}, not ${expected}`);
}

const ask = (sql) => execFileSync('psql', [database, '-qAtc', sql], { encoding: 'utf8' }).trim();
const ownerOf = (provider, subject) => ask(
  `select coalesce(a.email, 'no address') from account_logins l join accounts a on a.id = l.account_id
   where l.issuer = '${provider.issuer}' and l.subject = '${subject}'`);
const nameOf = (page) => page.locator('.bar-name').first().innerText();
const says = (page, words) => page.getByText(words).first().waitFor();

async function press(page, provider, path = 'account/sign-in') {
  await page.goto(`${issuer}/${path}`);
  await page.getByRole('button', { name: provider.name }).first().click();
}

/** What a person does at the provider: a name, a password, and a click to agree. */
async function signInThere(page, name) {
  await page.locator('input[name=login]').fill(name);
  await page.locator('input[name=password]').fill('whatever');
  await page.getByRole('button', { name: 'Sign-in' }).click();
  await page.getByRole('button', { name: 'Continue' }).click();
}

async function comeFrom(page, provider, name) {
  await press(page, provider);
  await signInThere(page, name);
  await page.waitForURL(`${issuer}/account`);
}

async function typePassword(page, email) {
  await page.getByLabel('E-mail address').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.waitForURL(`${issuer}/account`);
}

async function link(page, provider, name, email) {
  await page.goto(`${issuer}/account/sign-in`);
  await typePassword(page, email);
  await press(page, provider, 'account/logins');
  await signInThere(page, name);
  await page.waitForURL(`${issuer}/account/logins?done=added`);
}

const usual = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const browser = await chromium.launch({
  executablePath: [process.env.CHROMIUM, ...usual].find((path) => path && existsSync(path)),
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync'],
});
try {
  await check('a provider that is down leaves the password', async (page) => {
    await press(page, atGoogle);
    await says(page, 'cannot be reached at the moment');
    await typePassword(page, 'alice@example.com');
  });
  await Promise.all([atGoogle.start(), atEntra.start()]);

  const [gwen, bob, impostor, alice] = Object.keys(google);
  await check('Google: the first sign-in makes an account with the verified address', async (page) => {
    await comeFrom(page, atGoogle, gwen);
    equal(await nameOf(page), 'gwen@example.org', 'the name');
    equal(ownerOf(atGoogle, gwen), 'gwen@example.org', 'the account');
  });
  await check('Google: the second one comes to the same account, and signing out names Google', async (page) => {
    await comeFrom(page, atGoogle, gwen);
    equal(ask(`select count(*) from accounts where email = 'gwen@example.org'`), '1', 'the number of accounts');
    await page.goto(`${issuer}/account/sign-out`);
    await page.getByRole('button', { name: 'Sign out', exact: true }).last().click();
    await says(page, /still signed in .*Google|Google.* still/);
  });
  await check('Google: an address that is proven on both sides links', async (page) => {
    await comeFrom(page, atGoogle, bob);
    equal(ownerOf(atGoogle, bob), 'bob@example.com', 'the account');
  });
  await check('Google: an address that is not verified opens nobody’s account', async (page) => {
    await comeFrom(page, atGoogle, impostor);
    equal(ownerOf(atGoogle, impostor), 'no address', 'the account');
  });
  await check('Google: linked while signed in, whatever the address', async (page) => {
    await link(page, atGoogle, alice, 'alice@example.com');
    equal(ownerOf(atGoogle, alice), 'alice@example.com', 'the account');
  });
  await check('Google: the linked login opens the account', async (page) => {
    await comeFrom(page, atGoogle, alice);
    equal(await nameOf(page), 'alice@example.com', 'the name');
  });
  await check('Entra: without email_verified no account is opened, and none is made', async (page) => {
    await press(page, atEntra);
    await signInThere(page, 'alice');
    await says(page, 'You have no account here');
    equal(ownerOf(atEntra, entraSubject('alice')), '', 'the account');
  });
  await check('Entra: linked while signed in, by the subject of this app', async (page) => {
    await link(page, atEntra, 'alice', 'alice@example.com');
    equal(ownerOf(atEntra, entraSubject('alice')), 'alice@example.com', 'the account');
  });
  await check('Entra: the linked login opens the account, and nobody else’s does', async (page) => {
    await comeFrom(page, atEntra, 'alice');
    equal(await nameOf(page), 'alice@example.com', 'the name');
    await page.context().clearCookies();
    await press(page, atEntra);
    await signInThere(page, 'nobody');
    await says(page, 'You have no account here');
  });
  await check('a token endpoint that fails is told, and the next sign-in works', async (page) => {
    atGoogle.isIll = true;
    await press(page, atGoogle);
    await signInThere(page, gwen);
    await says(page, 'cannot be reached at the moment');
    atGoogle.isIll = false;
    await page.context().clearCookies();
    await comeFrom(page, atGoogle, gwen);
  });
} finally {
  await browser.close();
  await Promise.all([atGoogle.stop(), atEntra.stop()]);
}
process.exit(failed === 0 ? 0 : 1);
