// Programs beside this one: samples, and what else has to run meanwhile.
import { spawn } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';

const patience = 60_000;

/** Starts programs, runs something as soon as all of them answer, and ends them. */
export async function beside(programs, part) {
  const running = programs.map(({ command, variables = {}, at }) => {
    const [file, ...given] = command;
    const child = spawn(file, given, { env: { ...process.env, ...variables }, stdio: ['ignore', 'pipe', 'pipe'] });
    const program = { at, child, output: '' };
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => { program.output += text; });
    return program;
  });
  try {
    await Promise.all(running.map(answers));
    await part();
  } finally {
    for (const { child } of running) child.kill();
  }
}

async function answers({ at, child, output }) {
  for (const end = Date.now() + patience; Date.now() < end; await pause(200)) {
    if (child.exitCode !== null) break;
    if (await fetch(at).then(() => true, () => false)) return;
  }
  throw new Error(`nothing answers at ${at}: ${output}`);
}

/** A sample that was built, in the environment where http is enough. */
export const sample = (name, at, variables) => ({
  command: ['dotnet', new URL(`../${name}/bin/Release/net10.0/${name}.dll`, import.meta.url).pathname],
  variables: { ASPNETCORE_ENVIRONMENT: 'Development', Urls: at, Logging__LogLevel__Default: 'Warning', ...variables },
  at,
});

/** The API of samples/ResourceApi. */
export const api = (issuer, at, origin) => sample('ResourceApi', at, {
  OAuthBearer__Issuer: issuer, OAuthBearer__Audience: issuer, OAuthBearer__Resource: at, AppOrigins__0: origin,
});
