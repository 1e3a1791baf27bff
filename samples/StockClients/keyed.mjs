// A client with a key instead of a secret (private_key_jwt, RFC 7523): it proves itself everywhere.
import * as client from 'openid-client';
import { agreed, pushed, visit } from './app.mjs';
import { check, equal, from, refused, soon } from './check.mjs';
import { accepted, connect, files, jobs, notes } from './clients.mjs';
import { privateKey } from './key.mjs';

export async function keyed(issuer) {
  const config = await check('private_key_jwt: key and metadata', async () =>
    connect(issuer, jobs, client.PrivateKeyJwt(await privateKey())));

  const own = await check('private_key_jwt at token: client_credentials with resource', async () => {
    const answer = await client.clientCredentialsGrant(from(config), { resource: files, scope: 'files:read' });
    const claims = await accepted(issuer, config.serverMetadata(), answer.access_token, files);
    equal([claims.sub, claims.scope], [jobs, 'files:read'], 'sub, scope');
    return answer.access_token;
  });
  await check('private_key_jwt at introspection', async () =>
    equal((await client.tokenIntrospection(from(config), from(own))).active, true, 'active'));
  await check('private_key_jwt at revocation', async () => {
    await client.tokenRevocation(from(config), from(own));
    await soon(async () => !(await client.tokenIntrospection(config, own)).active, 'the token is still active');
  });

  const request = await check('private_key_jwt at PAR', () => pushed(from(config), notes, 'notes:read'));
  const tokens = await check('private_key_jwt at token: authorization_code', async () =>
    agreed(config, from(request), await visit(issuer, request), notes));
  await check('private_key_jwt at token: refresh_token', () =>
    client.refreshTokenGrant(from(config), from(tokens).refresh_token, { resource: notes }));

  await check('private_key_jwt: an assertion that was used is refused', () => replayed(issuer));
}

async function replayed(issuer) {
  const jti = client.randomNonce();
  const sameAgain = { [client.modifyAssertion]: (_, claims) => { claims.jti = jti; } };
  const config = await connect(issuer, jobs, client.PrivateKeyJwt(await privateKey(), sameAgain));
  const ask = () => client.clientCredentialsGrant(config, { resource: files, scope: 'files:read' });
  await ask();
  await refused(ask(), 'invalid_client');
}
