// Code with PKCE. Tokens stay in the storage of this tab (sessionStorage), and a refresh renews them.
const { UserManager } = window.oidc;

const $ = (id) => document.getElementById(id);
const settings = await (await fetch('/settings.json')).json();
const users = new UserManager({
  authority: settings.authority,
  client_id: settings.client_id,
  redirect_uri: `${location.origin}/callback`,
  post_logout_redirect_uri: `${location.origin}/`,
  scope: 'openid profile email read write',
  loadUserInfo: true,          // the name is at the userinfo endpoint
  automaticSilentRenew: true,  // by the refresh token, before the access token ends
});

/** Calls the API as the person. */
async function api(method = 'GET', body = undefined) {
  const user = await users.getUser();
  const headers = { authorization: `Bearer ${user.access_token}` };
  if (body !== undefined) headers['content-type'] = 'application/json';
  const answer = await fetch(`${settings.api}/notes`, { method, headers, body: body && JSON.stringify(body) });
  if (!answer.ok) throw new Error(`The API answered ${answer.status}.`);
  return answer.json();
}

async function show() {
  const user = await users.getUser();
  const isIn = user !== null && !user.expired;
  $('in').hidden = !isIn;
  $('out').hidden = isIn;
  if (!isIn) return;
  $('name').textContent = user.profile.name ?? user.profile.email ?? 'somebody without a name';
  $('notes').replaceChildren(...(await api()).map((note) => {
    const item = document.createElement('li');
    item.textContent = note;
    return item;
  }));
}

/** Runs something, and shows why it failed. */
const run = (action) => async (event) => {
  event?.preventDefault();
  $('problem').hidden = true;
  try {
    await action();
  } catch (failure) {
    $('problem').textContent = failure.error === 'access_denied' ? 'You did not give this app access.' : failure.message;
    $('problem').hidden = false;
  }
};

$('sign-in').onclick = run(() => users.signinRedirect());
$('sign-out').onclick = run(() => users.signoutRedirect());
$('add').onsubmit = run(async () => {
  await api('POST', { text: $('text').value });
  $('add').reset();
  await show();
});
users.events.addUserUnloaded(run(show));
users.events.addSilentRenewError(run(() => users.removeUser())); // the session is over

await run(async () => {
  if (location.pathname === '/callback') {
    const answer = location.href;
    history.replaceState(null, '', '/'); // before the exchange: Reload and Back must not repeat it
    await users.signinCallback(answer);
  }
})();
await run(show)();
