// node key.mjs prints the public key of stock-jobs as a JWK Set, for clients.sql. It is made when there is none; the
// private half stays in this folder, in a file that git ignores.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { exportJWK, generateKeyPair, importJWK } from 'jose';

const file = fileURLToPath(new URL('key.json', import.meta.url));

/** The private key with its id, as openid-client takes it. */
export async function privateKey() {
  if (!existsSync(file)) throw new Error('key.json is not there: register the clients first');
  const { kid, ...jwk } = read();
  return { key: await importJWK(jwk, 'ES256'), kid };
}

async function publicKeys() {
  if (!existsSync(file)) {
    const { privateKey: made } = await generateKeyPair('ES256', { extractable: true });
    const kid = `stock-${new Date().toISOString().slice(0, 10)}`;
    writeFileSync(file, JSON.stringify({ ...(await exportJWK(made)), kid }), { mode: 0o600 });
  }
  const { kty, crv, x, y, kid } = read();
  return { keys: [{ kty, crv, x, y, kid, alg: 'ES256', use: 'sig' }] };
}

const read = () => JSON.parse(readFileSync(file, 'utf8'));

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(JSON.stringify(await publicKeys()));
