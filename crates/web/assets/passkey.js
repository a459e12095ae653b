// Passkeys: asks the browser for one and sends its answer as an ordinary form. What people read stands in the page.
// A part of a page that knows passkeys is marked with the address at which they work (data-passkey-at). In it,
// data-passkey-only is shown where a passkey can be used, data-passkey-elsewhere where the page was opened at another
// address, and data-passkey-not stays where neither a script nor a passkey works.

const toBytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));

function toText(buffer) {
  if (!buffer) return null;
  const signs = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join("");
  return btoa(signs).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

/** Bytes come as base64url: the challenge, ids of people and of keys. */
function readOptions(options) {
  const withBytes = (key) => ({ ...key, id: toBytes(key.id) });
  const read = { ...options, challenge: toBytes(options.challenge) };
  if (read.user) read.user = withBytes(read.user);
  for (const list of ["allowCredentials", "excludeCredentials"]) {
    if (read[list]) read[list] = read[list].map(withBytes);
  }
  return read;
}

function writeCredential(made) {
  const { response } = made;
  const written = {
    id: made.id,
    rawId: toText(made.rawId),
    type: made.type,
    extensions: {},
    response: { clientDataJSON: toText(response.clientDataJSON) },
  };
  if (response.attestationObject) {
    written.response.attestationObject = toText(response.attestationObject);
  } else {
    written.response.authenticatorData = toText(response.authenticatorData);
    written.response.signature = toText(response.signature);
    written.response.userHandle = toText(response.userHandle);
  }
  return JSON.stringify(written);
}

/** The challenge: in the page, or asked for when it is wanted, since it lives for minutes. */
async function challengeOf(form) {
  const { passkeyBegin, passkeyOptions } = form.dataset;
  if (passkeyOptions) return { options: JSON.parse(passkeyOptions) };
  const reply = await fetch(passkeyBegin, { method: "POST", headers: { accept: "application/json" } });
  const told = await reply.json();
  return reply.ok ? { token: told.token, options: told.options } : { message: told.message };
}

async function show(form) {
  const said = form.querySelector("[data-passkey-said]");
  const button = form.querySelector("button");
  const say = (words) => { said.hidden = !words; said.querySelector("span").textContent = words; };
  say("");
  button.disabled = true;
  try {
    const { token, options, message } = await challengeOf(form);
    if (message) { say(message); return; }
    const publicKey = readOptions(options);
    const made = publicKey.user
      ? await navigator.credentials.create({ publicKey })
      : await navigator.credentials.get({ publicKey });
    if (token) form.elements.token.value = token;
    form.elements.credential.value = writeCredential(made);
    form.submit();
  } catch (error) {
    // InvalidStateError: the authenticator has a passkey of this account already. A TypeError is a lost network.
    const words = { InvalidStateError: form.dataset.passkeyKnown, TypeError: form.dataset.passkeyLost };
    say(words[error.name] || form.dataset.passkeyCancelled);
  } finally {
    button.disabled = false;
  }
}

const able = Boolean(window.PublicKeyCredential && navigator.credentials);
for (const part of document.querySelectorAll("[data-passkey-at]")) {
  const here = location.origin === part.dataset.passkeyAt;
  const see = (mark, seen) => part.querySelectorAll(`[${mark}]`).forEach((element) => { element.hidden = !seen; });
  see("data-passkey-only", here && able);
  see("data-passkey-elsewhere", !here);
  see("data-passkey-not", here && !able);
  part.querySelectorAll("form[data-passkey]").forEach((form) => {
    form.querySelector("button").addEventListener("click", () => show(form));
  });
}
