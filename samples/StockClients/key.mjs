// node key.mjs prints the public key of stock-jobs as a JWK Set, for clients.sql. It is made when there is none; the
// private half stays in this folder, in a file that git ignores.
import { generateKeyPairSync, webcrypto } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const curve = { namedCurve: 'P-256' };
const file = fileURLToPath(new URL('key.json', import.meta.url));

/** The private key with its id, as openid-client takes it. */
export async function privateKey() {
  if (!existsSync(file)) throw new Error('key.json is not there: register the clients first');
  const { kid, ...jwk } = read();
  const key = await webcrypto.subtle.importKey('jwk', jwk, { name: 'ECDSA', ...curve }, false, ['sign']);
  return { key, kid };
}

function publicKeys() {
  if (!existsSync(file)) {
    const made = generateKeyPairSync('ec', curve).privateKey.export({ format: 'jwk' });
    const kid = `stock-${new Date().toISOString().slice(0, 10)}`;
    writeFileSync(file, JSON.stringify({ ...made, kid }), { mode: 0o600 });
  }
  const { kty, crv, x, y, kid } = read();
  return { keys: [{ kty, crv, x, y, kid, alg: 'ES256', use: 'sig' }] };
}

const read = () => JSON.parse(readFileSync(file, 'utf8'));

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(JSON.stringify(publicKeys()));
