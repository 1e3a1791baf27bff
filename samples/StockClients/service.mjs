// A service that acts for itself (RFC 6749 section 4.4), asks about its token and gives it back.
import * as oauth from 'oauth4webapi';
import * as client from 'openid-client';
import { check, equal, from, refused, soon } from './check.mjs';
import { accepted, connect, files, isLocal, notes, secret, service as id } from './clients.mjs';

export async function service(issuer) {
  const basic = await check('metadata (RFC 8414)', () => connect(issuer, id, client.ClientSecretBasic(secret)));
  const post = await connect(issuer, id, client.ClientSecretPost(secret)).catch(() => undefined);

  const token = await check('client_credentials with client_secret_basic and resource', () =>
    ownToken(issuer, from(basic), notes, 'notes:read'));
  await check('client_credentials with client_secret_post and resource', () =>
    ownToken(issuer, from(post), files, 'files:read'));
  await check('client_credentials for an API that the client may not ask for is refused', () =>
    refused(client.clientCredentialsGrant(from(basic), { resource: 'https://other.stock.example' }), 'invalid_target'));

  await check('a wrong secret is refused', async () => {
    const stranger = await connect(issuer, id, client.ClientSecretBasic(`not ${secret}`));
    await refused(client.clientCredentialsGrant(stranger, { resource: notes }), 'invalid_client');
  });

  await check('introspection (RFC 7662): active', async () => {
    const answer = await client.tokenIntrospection(from(basic), from(token));
    equal([answer.active, answer.client_id, answer.aud], [true, id, notes], 'active, client_id, aud');
  });
  await check('introspection signed as a JWT (RFC 9701), openid-client', () => signedAnswer(issuer, from(token)));
  await check('introspection signed as a JWT (RFC 9701), oauth4webapi', () =>
    signedAnswerToOauth4webapi(issuer, from(basic).serverMetadata(), from(token)));

  await check('revocation (RFC 7009): introspection says active: false', async () => {
    await client.tokenRevocation(from(post), from(token));
    await soon(async () => {
      const answer = await client.tokenIntrospection(basic, token);
      return JSON.stringify(answer) === '{"active":false}';
    }, 'the token is still active');
  });
}

async function ownToken(issuer, config, resource, scope) {
  const answer = await client.clientCredentialsGrant(config, { resource, scope });
  const claims = await accepted(issuer, config.serverMetadata(), answer.access_token, resource);
  equal([claims.sub, claims.client_id, claims.scope], [id, id, scope], 'sub, client_id, scope');
  equal(answer.refresh_token, undefined, 'refresh_token');
  return answer.access_token;
}

async function signedAnswer(issuer, token) {
  const signed = { introspection_signed_response_alg: 'RS256' };
  const config = await connect(issuer, id, client.ClientSecretBasic(secret), signed);
  client.enableNonRepudiationChecks(config); // fetches the keys and checks the signature
  equal((await client.tokenIntrospection(config, token)).active, true, 'active');
}

async function signedAnswerToOauth4webapi(issuer, server, token) {
  const insecure = { [oauth.allowInsecureRequests]: isLocal(issuer) };
  const response = await oauth.introspectionRequest(
    server, { client_id: id }, oauth.ClientSecretBasic(secret), token, { requestJwtResponse: true, ...insecure });
  equal(response.headers.get('content-type'), 'application/token-introspection+jwt', 'Content-Type');
  const answer = await oauth.processIntrospectionResponse(server, { client_id: id }, response);
  await oauth.validateApplicationLevelSignature(server, response, insecure);
  equal(answer.active, true, 'active');
}
