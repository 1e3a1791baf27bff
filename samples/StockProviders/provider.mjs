// Google and Microsoft Entra, played by a published OpenID provider on loopback ports.
import { createHash, generateKeyPairSync } from 'node:crypto';
import express from 'express';
import Provider, { interactionPolicy } from 'oidc-provider';

export const secret = 'stock-provider-secret';
export const tenant = '72f988bf-0000-4000-8000-2d7cd011db47';

/** People by the name that they type at the provider. Google says of each address whether it is verified. */
export const google = {
  '110000000000000000001': { email: 'gwen@example.org', email_verified: true, name: 'Gwen Example' },
  '110000000000000000002': { email: 'bob@example.com', email_verified: true, name: 'Bob at Google' },
  '110000000000000000003': { email: 'alice@example.com', email_verified: false, name: 'No Alice' },
  '110000000000000000004': { email: 'alice.elsewhere@example.org', email_verified: true, name: 'Alice at Google' },
};

/** Entra says nothing of that, and gives each app another subject. */
export const entra = {
  alice: { email: 'alice@example.com', name: 'Alice at work', tid: tenant },
  nobody: { email: 'nobody@example.net', name: 'Nobody', tid: tenant },
};

/** The subject that Entra gives to this app. */
export const entraSubject = (name) => createHash('sha256').update(`us ${name}`).digest('base64url');

/** A provider that can be started, stopped and broken. */
export class StockProvider {
  constructor(name, issuer, people, redirectUri, subject) {
    this.issuer = issuer;
    this.isIll = false;
    const app = express();
    app.post(`${new URL(issuer).pathname.replace(/\/$/, '')}/token`, (request, response, next) =>
      this.isIll ? response.status(503).end() : next());
    app.use(new URL(issuer).pathname, new Provider(issuer, settings(people, redirectUri, subject)).callback());
    this.app = app;
    this.name = name;
  }

  start() {
    const { hostname, port } = new URL(this.issuer);
    return new Promise((done, failed) => {
      this.server = this.app.listen(Number(port), hostname, (error) => (error ? failed(error) : done()));
    });
  }

  stop() {
    this.server?.closeAllConnections();
    return new Promise((done) => (this.server ? this.server.close(done) : done()));
  }
}

function settings(people, redirectUri, subject) {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const policy = interactionPolicy.base();
  policy.add(new interactionPolicy.Prompt({ name: 'select_account', requestable: true }), 0);
  return {
    clients: [{
      client_id: 'us', client_secret: secret, redirect_uris: [redirectUri],
      token_endpoint_auth_method: 'client_secret_post', ...(subject && { subject_type: 'pairwise' }),
    }],
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), use: 'sig', alg: 'RS256', kid: 'stock' }] },
    cookies: { keys: ['of this run alone'] },
    claims: { email: ['email', 'email_verified'], profile: ['name', 'tid'] },
    // Both of them put the claims of the scopes into the ID token.
    conformIdTokenClaims: false,
    subjectTypes: [subject ? 'pairwise' : 'public'],
    ...(subject && { pairwiseIdentifier: (_, name) => subject(name) }),
    interactions: { policy },
    findAccount: (_, name) => people[name] && { accountId: name, claims: () => ({ sub: name, ...people[name] }) },
  };
}
