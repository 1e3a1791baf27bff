// Who signed in (OpenID Connect): ID token, userinfo, refresh, sign-out; with both libraries.
import * as oauth from 'oauth4webapi';
import * as client from 'openid-client';
import { check, equal, from, refused } from './check.mjs';
import { callbacks, connect, isLocal, secret, signedOut, web } from './clients.mjs';
import { email, Person } from './person.mjs';

const callback = callbacks[web];
const scope = 'openid email';

export async function openid(issuer) {
  await openidClient(issuer);
  await oauth4webapi(issuer);
}

async function openidClient(issuer) {
  const name = (what) => `openid-client, OpenID Connect: ${what}`;
  const config = await check(name('discovery'), () => connect(issuer, web, client.ClientSecretBasic(secret), {}, 'oidc'));
  const person = new Person(issuer);
  const first = await check(name('code with nonce and max_age gives an ID token'), async () => {
    const request = await parameters(client);
    const url = client.buildAuthorizationUrl(from(config), { ...request.sent, max_age: 600 });
    const answer = await person.visit(url, callback);
    // The library checks signature, iss, aud, nonce, at_hash and auth_time.
    const checks = { expectedNonce: request.sent.nonce, expectedState: request.sent.state,
      pkceCodeVerifier: request.verifier, maxAge: 600, idTokenExpected: true };
    const tokens = await client.authorizationCodeGrant(config, answer, checks);
    equal(tokens.claims().amr, ['pwd'], 'amr');
    return tokens;
  });
  await check(name('userinfo knows the address'), async () => {
    const { sub } = from(first).claims();
    equal((await client.fetchUserInfo(config, first.access_token, sub)).email, email, 'email');
  });
  const second = await check(name('refresh brings an ID token of the same session'), async () => {
    const tokens = await client.refreshTokenGrant(from(config), from(first).refresh_token);
    const of = ({ sub, sid, auth_time }) => [sub, sid, auth_time];
    equal(of(tokens.claims()), of(first.claims()), 'sub, sid, auth_time');
    return tokens;
  });
  await check(name('sign-out leads back with state, and ends the refresh token'), async () => {
    const url = client.buildEndSessionUrl(from(config), {
      id_token_hint: from(second).id_token, post_logout_redirect_uri: signedOut, state: 'a&b c',
    });
    equal((await person.visit(url, signedOut)).searchParams.get('state'), 'a&b c', 'state');
    await refused(client.refreshTokenGrant(config, second.refresh_token), 'invalid_grant');
  });
  await check(name('prompt=none says that nobody is signed in'), async () => {
    const { sent } = await parameters(client);
    const answer = await person.visit(client.buildAuthorizationUrl(from(config), { ...sent, prompt: 'none' }), callback);
    equal(answer.searchParams.get('error'), 'login_required', 'error');
  });
}

async function oauth4webapi(issuer) {
  const name = (what) => `oauth4webapi, OpenID Connect: ${what}`;
  const insecure = { [oauth.allowInsecureRequests]: isLocal(issuer) };
  const [app, proof] = [{ client_id: web }, oauth.ClientSecretPost(secret)];
  const server = await check(name('discovery'), async () =>
    oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, { algorithm: 'oidc', ...insecure })));
  const tokens = await check(name('form_post, code with nonce gives an ID token'), async () => {
    const { sent, verifier } = await parameters({
      randomState: oauth.generateRandomState, randomNonce: oauth.generateRandomNonce,
      randomPKCECodeVerifier: oauth.generateRandomCodeVerifier,
      calculatePKCECodeChallenge: oauth.calculatePKCECodeChallenge,
    });
    const url = new URL(from(server).authorization_endpoint);
    url.search = new URLSearchParams({ ...sent, client_id: web, response_type: 'code', response_mode: 'form_post' });
    const { searchParams } = await new Person(issuer).visit(url, callback);
    const answer = oauth.validateAuthResponse(server, app, searchParams, sent.state);
    const reply = await oauth.authorizationCodeGrantRequest(server, app, proof, answer, callback, verifier, insecure);
    const result = await oauth.processAuthorizationCodeResponse(
      server, app, reply, { expectedNonce: sent.nonce, requireIdToken: true });
    await oauth.validateApplicationLevelSignature(server, reply, insecure);
    return result;
  });
  await check(name('userinfo knows the address'), async () => {
    const { sub } = oauth.getValidatedIdTokenClaims(from(tokens));
    const reply = await oauth.userInfoRequest(server, app, tokens.access_token, insecure);
    equal((await oauth.processUserInfoResponse(server, app, sub, reply)).email, email, 'email');
  });
}

async function parameters(library) {
  const verifier = library.randomPKCECodeVerifier();
  return {
    verifier,
    sent: {
      redirect_uri: callback, scope, state: library.randomState(), nonce: library.randomNonce(),
      code_challenge: await library.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256',
    },
  };
}
