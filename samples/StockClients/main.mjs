// npm start -- http://localhost:5080
import { app } from './app.mjs';
import { failures } from './check.mjs';
import { keyed } from './keyed.mjs';
import { openid } from './openid.mjs';
import { service } from './service.mjs';

const issuer = process.argv[2];
if (!URL.canParse(issuer ?? '')) {
  console.error('Say which server: npm start -- http://localhost:5080');
  process.exit(2);
}

for (const part of [service, keyed, app, openid]) await part(new URL(issuer));
if (failures() > 0) console.log(`\n${failures()} failed. Are the clients registered? README.md has the line.`);
process.exitCode = failures() > 0 ? 1 : 0;
