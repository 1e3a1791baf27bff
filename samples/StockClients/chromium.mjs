// The person in a real browser: Debian's Chromium, or the one that CHROMIUM names.
import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';
import { email, password } from './person.mjs';

const usual = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const patience = 30_000;
const mostSteps = 6;

/** Lets a part run with a browser that has nothing in it. */
export async function withBrowser(part) {
  const executablePath = [process.env.CHROMIUM, ...usual].find((path) => path && existsSync(path));
  if (executablePath === undefined) throw new Error('No Chromium here: install one, or set CHROMIUM to its path.');
  const browser = await chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync'],
  });
  try {
    const page = await browser.newPage();
    page.setDefaultTimeout(patience);
    await part(page);
  } finally {
    await browser.close();
  }
}

/** Signs in and agrees where asked, until the app shows these words. */
export async function goOn(page, words) {
  const arrived = page.getByText(words).first();
  const secret = page.getByLabel('Password', { exact: true });
  const allow = page.getByRole('button', { name: 'Allow', exact: true });
  for (let step = 0; step < mostSteps; step++) {
    await arrived.or(secret).or(allow).first().waitFor();
    if (await allow.isVisible()) {
      await allow.click();
    } else if (await secret.isVisible()) {
      await page.getByLabel('E-mail address').fill(email);
      await secret.fill(password);
      await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    } else {
      return;
    }
    await page.waitForLoadState();
  }
  throw new Error(`no end at ${page.url()}: ${(await page.innerText('body')).slice(0, 300)}`);
}

/** What the app shows about itself as JSON in its body. */
export async function shown(page, address) {
  if (address !== undefined) await page.goto(address);
  return JSON.parse(await page.innerText('body'));
}

/** Ends the session at the server, as the person does on its own pages. */
export async function signOutAtServer(page, issuer) {
  await page.goto(new URL('account/sign-out', `${issuer}`.replace(/\/?$/, '/')).href);
  await page.getByRole('button', { name: 'Sign out', exact: true }).first().click();
  await page.waitForLoadState();
}
