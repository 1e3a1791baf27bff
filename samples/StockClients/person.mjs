// The person and their browser: cookies, the sign-in page and the consent page, as a browser would post them.
export const email = process.env.OAUTH_CONFORMANCE_USER ?? 'alice@example.com';
export const password = process.env.OAUTH_CONFORMANCE_PASSWORD ?? 'Demo-Passw0rd-2026';
export const name = process.env.OAUTH_CONFORMANCE_NAME ?? 'Alice Example';
const mostSteps = 10;

export class Person {
  #cookies = new Map();
  #server;

  constructor(server) {
    this.#server = server;
  }

  /** Opens an address, signs in and agrees where asked, until the server sends the browser to the app; with a query too
   *  where it posts. */
  async visit(address, callback) {
    let answer = await this.#open(address);
    for (let step = 0; step < mostSteps; step++) {
      const location = answer.headers.get('location');
      if (location !== null) {
        const url = new URL(location, answer.url);
        if (`${url.origin}${url.pathname}` === callback) return url;
        answer = await this.#open(url);
        continue;
      }

      const page = await answer.text();
      if (answer.status !== 200) throw new Error(`${answer.url} gave ${answer.status}: ${words(page)}`);
      const posted = form(page, callback);
      if (posted !== undefined) return new URL(`${callback}?${posted.fields}`);
      answer = await this.#fillIn(page, answer.url);
    }
    throw new Error(`no end after ${mostSteps} pages`);
  }

  #fillIn(page, address) {
    const signIn = form(page, '/account/sign-in');
    if (signIn?.fields.has('password')) {
      signIn.fields.set('email', email);
      signIn.fields.set('password', password);
      return this.#open(new URL(signIn.action, address), signIn.fields);
    }
    const consent = form(page, '/oauth/authorize/consent');
    if (consent === undefined) throw new Error(`a page without a form: ${words(page)}`);
    consent.fields.set('decision', 'allow');
    return this.#open(new URL(consent.action, address), consent.fields);
  }

  async #open(url, fields) {
    if (url.origin !== this.#server.origin) throw new Error(`the browser was sent to ${url}`);
    const headers = { accept: 'text/html', cookie: [...this.#cookies].map((pair) => pair.join('=')).join('; ') };
    if (fields !== undefined) headers.origin = this.#server.origin;
    const answer = await fetch(url, {
      method: fields === undefined ? 'GET' : 'POST', body: fields, headers, redirect: 'manual',
      signal: AbortSignal.timeout(30_000),
    });
    for (const cookie of answer.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(cookie);
      if (value === '') this.#cookies.delete(name);
      else this.#cookies.set(name, value);
    }
    return answer;
  }
}

/** The page's form that posts to an address with these words in it, and the values it holds. */
function form(page, action) {
  for (const [, attributes, inside] of page.matchAll(/<form([^>]*)>(.*?)<\/form>/gs)) {
    const address = attribute(attributes, 'action');
    if (!address?.includes(action)) continue;
    const inputs = [...inside.matchAll(/<input([^>]*)>/g)].map(([, input]) => input)
      .filter((input) => attribute(input, 'name') !== undefined && attribute(input, 'type') !== 'checkbox');
    const fields = inputs.map((input) => [attribute(input, 'name'), attribute(input, 'value') ?? '']);
    return { action: address, fields: new URLSearchParams(fields) };
  }
  return undefined;
}

const attribute = (tag, name) => {
  const found = new RegExp(`\\s${name}="([^"]*)"`).exec(tag);
  return found === null ? undefined : plain(found[1]);
};

const named = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

const plain = (html) => html.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(amp|lt|gt|quot|apos));/gi, (_, hex, decimal, name) =>
  name ? named[name.toLowerCase()] : String.fromCodePoint(hex ? parseInt(hex, 16) : Number(decimal)));

const words = (page) =>
  plain(page.replace(/<head.*?<\/head>/s, '').replace(/<[^>]*>/g, ' ')).replace(/\s+/g, ' ').trim().slice(0, 300);
