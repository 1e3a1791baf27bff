// The clients and APIs of clients.sql, and how each library is told about the server.
import * as oauth from 'oauth4webapi';
import * as client from 'openid-client';

export const service = 'stock-service';
export const web = 'stock-web';
export const jobs = 'stock-jobs';
/** Nothing listens there: the script looks at the address alone. */
export const callbacks = {
  [web]: 'http://127.0.0.1:5093/callback',
  [jobs]: 'http://127.0.0.1:5093/jobs/callback',
};
/** Where stock-web has people sent after sign-out. */
export const signedOut = 'http://127.0.0.1:5093/signed-out';
export const notes = 'https://notes.stock.example';
export const files = 'https://files.stock.example';
export const secret = process.env.OAUTH_CONFORMANCE_SECRET ?? 'demo-web-secret';

/** Without TLS only on this machine: the libraries refuse it unless told so. */
export const isLocal = (url) => url.protocol === 'http:' && ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);

/** A client of openid-client, from the server's metadata (RFC 8414; or OpenID Connect Discovery, with 'oidc'). */
export const connect = (issuer, clientId, authentication, metadata = {}, algorithm = 'oauth2') =>
  client.discovery(issuer, clientId, metadata, authentication, {
    algorithm,
    execute: isLocal(issuer) ? [client.allowInsecureRequests] : [],
  });

/** What an API finds in an access token that it accepts (RFC 9068): oauth4webapi checks it with the published keys. */
export function accepted(issuer, server, token, audience) {
  const request = new Request(audience, { headers: { authorization: `Bearer ${token}` } });
  return oauth.validateJwtAccessToken(server, request, audience, {
    signingAlgorithms: ['RS256'],
    [oauth.allowInsecureRequests]: isLocal(issuer),
  });
}
