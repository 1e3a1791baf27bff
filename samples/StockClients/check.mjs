import { setTimeout as pause } from 'node:timers/promises';

let failed = 0;
export const failures = () => failed;

/** One line for one capability. Gives what the capability gave, or undefined when it failed. */
export async function check(name, capability) {
  try {
    const value = await capability();
    console.log(`ok      ${name}`);
    return value ?? true;
  } catch (error) {
    failed++;
    console.log(`FAILED: ${name}: ${await why(error)}`);
    return undefined;
  }
}

/** What an earlier capability gave; fails where that one failed. */
export function from(value) {
  if (value === undefined) throw new Error('what it needs failed above');
  return value;
}

export function equal(actual, expected, what) {
  const [is, wanted] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (is !== wanted) throw new Error(`${what} is ${is}, not ${wanted}`);
}

/** The server's refusal, by its error code. */
export async function refused(request, error) {
  let answer;
  try {
    answer = await request;
  } catch (refusal) {
    if ((await answered(refusal)).error === error) return;
    throw refusal;
  }
  throw new Error(`it was not refused with ${error}: ${JSON.stringify(answer)}`);
}

/** What a revocation ends is gone everywhere within a second: asks until it is, two seconds at most. */
export async function soon(condition, what, seconds = 2) {
  for (const end = Date.now() + seconds * 1000; Date.now() < end; await pause(100)) {
    if (await condition()) return;
  }
  throw new Error(`${what} ${seconds} seconds later`);
}

/** An app is told of a sign-out within seconds, and knows then that nobody is signed in. */
export const isTold = (condition) => soon(condition, 'the person is still signed in', 10);

async function why(error) {
  const answer = await answered(error);
  const words = [error.status, answer.error, answer.error_description ?? error.message, error.code];
  const cause = error.cause instanceof Error ? ` (${await why(error.cause)})` : '';
  return words.filter((word) => word !== undefined).join(' ') + cause;
}

// The libraries report a 401 by its WWW-Authenticate header, and leave the JSON beside it unread.
async function answered(refusal) {
  if (!(refusal.response instanceof Response) || refusal.response.bodyUsed) return refusal;
  return refusal.response.clone().json().catch(() => refusal);
}
