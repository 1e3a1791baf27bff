// Apps on a server, in Node.js, with a person in Chromium: node apps.mjs http://localhost:5080 20000
import { ExpressAuth, getSession } from '@auth/express';
import express from 'express';
import openIdConnect from 'express-openid-connect';
import session from 'express-session';
import passport from 'passport';
import OpenIdStrategy from 'passport-openidconnect';
import { check, equal, failures, isTold } from './check.mjs';
import { goOn, shown, signOutAtServer, withBrowser } from './chromium.mjs';
import { secret } from './clients.mjs';
import { email } from './person.mjs';

const [issuer, port] = [process.argv[2], Number(process.argv[3])];
const server = await (await fetch(`${issuer}/.well-known/openid-configuration`)).json();
const cookieSecret = 'of-this-run-alone-and-long-enough';
const scope = 'openid profile email';

const viaExpress = `http://127.0.0.1:${port}`;
function expressOpenIdConnect() {
  const app = express();
  app.use(openIdConnect.auth({
    issuerBaseURL: issuer, baseURL: viaExpress, clientID: 'stock-express', clientSecret: secret, secret: cookieSecret,
    authRequired: false, idpLogout: true, pushedAuthorizationRequests: true,
    authorizationParams: { response_type: 'code', scope },
    backchannelLogout: { store: new session.MemoryStore() },
  }));
  app.get('/', async (request, response) => {
    if (!request.oidc.isAuthenticated()) return response.json({ email: null });
    response.json({ email: (await request.oidc.fetchUserInfo()).email });
  });
  app.get('/is-in', (request, response) => response.json(request.oidc.isAuthenticated()));
  return app.listen(port, '127.0.0.1');
}

const viaAuthJs = `http://127.0.0.1:${port + 1}`;
function authJs() {
  const config = {
    secret: cookieSecret, trustHost: true,
    providers: [{ id: 'stock', name: 'Stock', type: 'oidc', issuer, clientId: 'stock-authjs', clientSecret: secret,
      checks: ['pkce', 'state', 'nonce'] }],
  };
  const app = express();
  app.use('/auth', ExpressAuth(config));
  app.get('/', async (request, response) => response.json({ email: (await getSession(request, config))?.user.email ?? null }));
  return app.listen(port + 1, '127.0.0.1');
}

const viaPassport = `http://127.0.0.1:${port + 2}`;
function passportOpenIdConnect() {
  const app = express();
  passport.serializeUser((user, done) => done(null, user));
  passport.deserializeUser((user, done) => done(null, user));
  passport.use(new OpenIdStrategy({
    issuer, authorizationURL: server.authorization_endpoint, tokenURL: server.token_endpoint,
    userInfoURL: server.userinfo_endpoint, clientID: 'stock-passport', clientSecret: secret, nonce: true,
    callbackURL: `${viaPassport}/callback`, scope: 'profile email', skipUserProfile: false,
  }, (_, profile, done) => done(null, { email: profile.emails?.[0].value })));
  app.use(session({ name: 'passport', secret: cookieSecret, resave: false, saveUninitialized: false }));
  app.use(passport.session());
  app.get('/sign-in', passport.authenticate('openidconnect'));
  app.get('/callback', passport.authenticate('openidconnect', { successRedirect: '/', failWithError: true }));
  app.get('/', (request, response) => response.json({ email: request.user?.email ?? null }));
  return app.listen(port + 2, '127.0.0.1');
}

const running = [expressOpenIdConnect(), authJs(), passportOpenIdConnect()];
await withBrowser(async (page) => {
  await check('express-openid-connect: signs in with a pushed request, and knows the address', async () => {
    const asked = page.waitForRequest((request) => request.url().startsWith(server.authorization_endpoint));
    await page.goto(`${viaExpress}/login`);
    equal(new URL((await asked).url()).searchParams.has('request_uri'), true, 'request_uri is there');
    await goOn(page, /"email":/);
    equal(await shown(page), { email }, 'who signed in');
  });
  await check('@auth/core: signs in with PKCE and nonce, nobody types again', async () => {
    await page.goto(`${viaAuthJs}/auth/signin`);
    await page.getByRole('button', { name: 'Sign in with Stock' }).click();
    await goOn(page, /"email":/);
    equal(await shown(page), { email }, 'who signed in');
  });
  await check('passport-openidconnect: signs in with nonce, without PKCE', async () => {
    await page.goto(`${viaPassport}/sign-in`);
    await goOn(page, /"email":/);
    equal(await shown(page), { email }, 'who signed in');
  });
  await check('express-openid-connect: signs out through the server', async () => {
    await page.goto(`${viaExpress}/logout`);
    equal(page.url(), `${viaExpress}/`, 'the browser is at');
    equal(await shown(page), { email: null }, 'who is signed in');
    await page.goto(`${viaExpress}/login`);
    await page.getByLabel('Password', { exact: true }).waitFor();
  });
  await check('express-openid-connect: is told when the person signs out elsewhere (back-channel)', async () => {
    await goOn(page, /"email":/);
    equal(await shown(page), { email }, 'who signed in');
    await signOutAtServer(page, issuer);
    await isTold(async () => (await shown(page, `${viaExpress}/is-in`)) === false);
  });
});

for (const app of running) {
  app.close();
  app.closeAllConnections();
}
process.exitCode = failures() > 0 ? 1 : 0;
