// An app that a person lets in: pushed request, code with PKCE, refresh, revocation, and two APIs in one session.
import * as client from 'openid-client';
import { check, equal, from, refused, soon } from './check.mjs';
import { accepted, callbacks, connect, files, notes, secret, service, web } from './clients.mjs';
import { Person } from './person.mjs';

export async function app(issuer) {
  const config = await check('the app knows the server', () => connect(issuer, web, client.ClientSecretBasic(secret)));
  await rotation(issuer, config);
  await twoApis(issuer, config);
}

async function rotation(issuer, config) {
  const request = await check('PAR (RFC 9126): the browser carries a reference alone', async () => {
    const made = await pushed(from(config), notes, 'notes:read notes:write');
    equal([...made.url.searchParams.keys()].sort(), ['client_id', 'request_uri'], 'the query');
    return made;
  });
  const answer = await check('sign-in and consent, answer with iss (RFC 9207)', async () => {
    const url = await visit(issuer, from(request));
    equal(url.searchParams.get('iss'), config.serverMetadata().issuer, 'iss');
    return url;
  });
  await check('an answer of another issuer is noticed', () => otherIssuer(config, from(request), from(answer)));
  const first = await check('code with PKCE', async () => {
    const tokens = await agreed(config, from(request), from(answer), notes);
    const claims = await accepted(issuer, config.serverMetadata(), tokens.access_token, notes);
    equal([claims.client_id, claims.scope], [web, 'notes:read notes:write'], 'client_id, scope');
    return tokens;
  });

  const second = await check('refresh rotates the refresh token', async () => {
    const tokens = await client.refreshTokenGrant(from(config), from(first).refresh_token);
    if (tokens.refresh_token === first.refresh_token) throw new Error('it is the same one');
    await accepted(issuer, config.serverMetadata(), tokens.access_token, notes);
    return tokens;
  });
  await check('a refresh token that was used up ends the session', async () => {
    const third = await client.refreshTokenGrant(from(config), from(second).refresh_token);
    await refused(client.refreshTokenGrant(config, first.refresh_token), 'invalid_grant');
    await refused(client.refreshTokenGrant(config, third.refresh_token), 'invalid_grant');
  });
}

async function twoApis(issuer, config) {
  const first = await check('resource (RFC 8707): authorize names two APIs, token one', async () => {
    const request = await asked(from(config), [notes, files], 'notes:read files:read');
    const tokens = await agreed(config, request, await visit(issuer, request), notes);
    equal(await scopeAt(issuer, config, tokens, notes), 'notes:read', 'scope');
    return tokens;
  });
  await check('resource: a refresh for an API that nobody agreed to is refused', () => {
    const other = { resource: 'https://other.stock.example' };
    return refused(client.refreshTokenGrant(from(config), from(first).refresh_token, other), 'invalid_target');
  });
  const second = await check('resource: refresh names the other one', async () => {
    const tokens = await client.refreshTokenGrant(from(config), from(first).refresh_token, { resource: files });
    equal(await scopeAt(issuer, config, tokens, files), 'files:read', 'scope');
    return tokens;
  });
  await check('introspection by the API that the token is for, and by nobody else', async () => {
    const api = await connect(issuer, service, client.ClientSecretBasic(secret));
    const ask = async (token) => (await client.tokenIntrospection(api, token)).active;
    equal([await ask(from(second).access_token), await ask(first.access_token)], [true, false], 'active');
  });
  await check('revocation of the refresh token ends the session', async () => {
    await client.tokenRevocation(from(config), from(second).refresh_token);
    await refused(client.refreshTokenGrant(config, second.refresh_token, { resource: files }), 'invalid_grant');
    await soon(async () => !(await client.tokenIntrospection(config, second.access_token)).active,
      'the access token is still active');
  });
}

/** A request that is pushed, for one API. */
export async function pushed(config, resource, scope) {
  const { parameters, ...request } = await begun(config, [resource], scope);
  return { ...request, url: await client.buildAuthorizationUrlWithPAR(config, parameters) };
}

/** A request in the address itself. */
async function asked(config, resources, scope) {
  const { parameters, ...request } = await begun(config, resources, scope);
  return { ...request, url: client.buildAuthorizationUrl(config, parameters) };
}

async function begun(config, resources, scope) {
  const callback = callbacks[config.clientMetadata().client_id];
  const [verifier, state] = [client.randomPKCECodeVerifier(), client.randomState()];
  const parameters = new URLSearchParams({
    redirect_uri: callback, scope, state, prompt: 'consent', // asks each time: this runs more than once
    code_challenge: await client.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256',
  });
  for (const resource of resources) parameters.append('resource', resource);
  return { callback, verifier, state, parameters };
}

/** The person opens the request in a fresh browser; gives the address at the app where it ends. */
export const visit = (issuer, request) => new Person(issuer).visit(request.url, request.callback);

/** The tokens for an answer. The library compares state and iss, and sends the verifier. */
export const agreed = (config, request, answer, resource) =>
  client.authorizationCodeGrant(
    config, answer, { expectedState: request.state, pkceCodeVerifier: request.verifier }, { resource });

async function otherIssuer(config, request, answer) {
  for (const iss of ['https://other.stock.example', null]) {
    const url = new URL(answer);
    if (iss === null) url.searchParams.delete('iss');
    else url.searchParams.set('iss', iss);
    const tokens = await agreed(config, request, url, notes).catch((refusal) => {
      if (!(refusal instanceof client.ClientError)) throw refusal;
    });
    if (tokens !== undefined) throw new Error(`iss ${iss} was accepted`);
  }
}

const scopeAt = async (issuer, config, tokens, resource) =>
  (await accepted(issuer, config.serverMetadata(), tokens.access_token, resource)).scope;
