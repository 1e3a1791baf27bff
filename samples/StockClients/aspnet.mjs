// ASP.NET Core apps, with a person in Chromium: node aspnet.mjs http://localhost:5080 20000
import { check, equal, failures, isTold } from './check.mjs';
import { goOn, shown, signOutAtServer, withBrowser } from './chromium.mjs';
import { secret } from './clients.mjs';
import { email, name } from './person.mjs';
import { api, beside, sample } from './program.mjs';

const [issuer, port] = [process.argv[2], Number(process.argv[3])];
const viaHandler = `http://127.0.0.1:${port + 5}`;
const viaOpenIddict = `http://127.0.0.1:${port + 6}`;
const notes = `http://127.0.0.1:${port + 8}`;
const server = await (await fetch(`${issuer}/.well-known/openid-configuration`)).json();

const programs = [
  api(issuer, notes, viaHandler),
  sample('ThirdPartyApp', viaHandler, {
    OAuth__Server: issuer, OAuth__ClientId: 'stock-aspnet', OAuth__ClientSecret: secret, Api: notes,
  }),
  { command: ['dotnet', 'dotnet/bin/Release/net10.0/StockClients.dll', issuer, viaOpenIddict], at: viaOpenIddict },
];
const said = `of ${new Date().toISOString()}`;

await beside(programs, () => withBrowser(async (page) => {
  const button = (name) => page.getByRole('button', { name, exact: true });
  const signedIn = page.getByText('Signed in as');
  const signedOut = page.getByRole('link', { name: 'Sign in and connect' });
  const handler = (what) => `AddOpenIdConnect (samples/ThirdPartyApp): ${what}`;
  const openIddict = (what) => `OpenIddict.Client: ${what}`;

  await check(handler('signs in with a pushed request and form_post, and shows the person'), async () => {
    await page.goto(viaHandler);
    const asked = page.waitForRequest((request) => request.url().startsWith(server.authorization_endpoint));
    const answered = page.waitForRequest(`${viaHandler}/callback`);
    await signedOut.click();
    equal(new URL((await asked).url()).searchParams.has('redirect_uri'), false, 'redirect_uri is there');
    await goOn(page, /Signed in as/);
    equal((await answered).method(), 'POST', 'the answer');
    equal(await page.locator('strong').innerText(), name, 'the name');
  });
  await check(handler('calls the API, refreshes, and calls it again'), async () => {
    await page.getByLabel('New note').fill(said);
    await button('Add').click();
    await page.getByText(said).waitFor();
    const ends = await page.locator('time').innerText();
    await button('Refresh the token').click();
    await page.waitForFunction((before) => document.querySelector('time').innerText !== before, ends);
    await page.getByText(said).waitFor();
  });
  await check(openIddict('signs in with the code flow, nobody types again'), async () => {
    await page.goto(`${viaOpenIddict}/sign-in`);
    await goOn(page, /"email":/);
    equal(await shown(page), { email }, 'who signed in');
  });
  await check(openIddict('signs out through the server'), async () => {
    await page.goto(`${viaOpenIddict}/sign-out`);
    equal(page.url(), `${viaOpenIddict}/`, 'the browser is at');
    equal(await shown(page), { email: null }, 'who is signed in');
  });
  await check(handler('was told, and nobody is signed in there either (back-channel)'), () =>
    isTold(async () => {
      await page.goto(viaHandler);
      return signedOut.isVisible();
    }));
  await check(handler('signs out through the server'), async () => {
    await signedOut.click();
    await goOn(page, /Signed in as/);
    await button('Sign out').click();
    await signedOut.waitFor();
    equal(page.url(), `${viaHandler}/`, 'the browser is at');
    await signedOut.click();
    await page.getByLabel('Password', { exact: true }).waitFor();
  });
  await check(handler('disconnects, and the next sign-in asks for nothing'), async () => {
    await goOn(page, /Signed in as/);
    await button('Disconnect').click();
    await signedOut.click();
    await signedIn.waitFor();
  });
  await check(handler('is told when the person signs out at the server'), async () => {
    await signOutAtServer(page, issuer);
    await isTold(async () => {
      await page.goto(viaHandler);
      return signedOut.isVisible();
    });
  });
}));
process.exitCode = failures() > 0 ? 1 : 0;
