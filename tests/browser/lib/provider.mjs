// An identity provider for the demo of a run: OpenID Connect with RS256, signed by Node's OpenSSL, and a page on which
// one says who one is. Whoever comes with another secret, redirect address or proof key than agreed gets nothing.
import { createHash, generateKeyPairSync, randomUUID, sign } from "node:crypto";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";

const CLIENT = "townhall";
const SECRET = "browser run";

const encoded = (value) => Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url");
const sha256 = (text) => createHash("sha256").update(text).digest();

/** Starts it; its address, what the demo is to be told of it, and how it ends. */
export async function startProvider() {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const ways = new Map();
  const server = createServer(async (request, response) => {
    const url = new URL(request.url, issuer);
    const json = (status, body) => {
      response.writeHead(status, { "content-type": "application/json" });
      response.end(JSON.stringify(body));
    };
    const asked = Object.fromEntries(url.searchParams);
    if (url.pathname === "/.well-known/openid-configuration") {
      return json(200, {
        issuer,
        authorization_endpoint: `${issuer}/authorize`,
        token_endpoint: `${issuer}/token`,
        jwks_uri: `${issuer}/jwks`,
        response_types_supported: ["code"],
        subject_types_supported: ["public"],
        id_token_signing_alg_values_supported: ["RS256"],
        token_endpoint_auth_methods_supported: ["client_secret_post"],
      });
    }
    if (url.pathname === "/jwks") {
      return json(200, { keys: [{ ...publicKey.export({ format: "jwk" }), kid: "run", use: "sig", alg: "RS256" }] });
    }
    if (url.pathname === "/authorize") {
      const agreed = asked.client_id === CLIENT && asked.response_type === "code" && asked.code_challenge_method === "S256";
      if (!agreed || !asked.redirect_uri?.endsWith("/sign-in/provider/answer")) return json(400, { error: "invalid_request" });
      const way = randomUUID();
      ways.set(way, asked);
      response.writeHead(200, { "content-type": "text/html; charset=utf-8" });
      return response.end(
        `<!doctype html><html lang="en"><title>Provider</title><link rel="icon" href="data:,"><h1>Who are you?</h1>` +
          `<form action="/go"><input type="hidden" name="way" value="${way}"><label>Subject <input name="sub"></label>` +
          `<button>Go on</button> <button name="no" value="1">Stop</button></form></html>`,
      );
    }
    if (url.pathname === "/go") {
      const way = ways.get(asked.way);
      if (!way) return json(400, { error: "invalid_request" });
      const back = new URL(way.redirect_uri);
      back.searchParams.set("state", way.state);
      if (asked.no) back.searchParams.set("error", "access_denied");
      else back.searchParams.set("code", asked.way);
      way.sub = asked.sub;
      response.writeHead(302, { location: back.href });
      return response.end();
    }
    if (url.pathname === "/token") {
      let body = "";
      for await (const chunk of request) body += chunk;
      const sent = Object.fromEntries(new URLSearchParams(body));
      const way = ways.get(sent.code);
      ways.delete(sent.code);
      if (sent.client_id !== CLIENT || sent.client_secret !== SECRET) return json(401, { error: "invalid_client" });
      const fits = way?.sub && sent.redirect_uri === way.redirect_uri && sha256(sent.code_verifier ?? "").toString("base64url") === way.code_challenge;
      if (!fits) return json(400, { error: "invalid_grant" });
      const now = Math.floor(Date.now() / 1000);
      const access = randomUUID();
      const claims = {
        iss: issuer,
        sub: way.sub,
        aud: [CLIENT],
        iat: now,
        exp: now + 60,
        nonce: way.nonce,
        at_hash: sha256(access).subarray(0, 16).toString("base64url"),
      };
      const text = `${encoded({ alg: "RS256", kid: "run" })}.${encoded(claims)}`;
      const token = `${text}.${sign("sha256", Buffer.from(text), privateKey).toString("base64url")}`;
      return json(200, { access_token: access, token_type: "Bearer", id_token: token });
    }
    return json(404, { error: "not_found" });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const dir = await mkdtemp(join(tmpdir(), "townhall-provider-"));
  const file = join(dir, "secret");
  await writeFile(file, SECRET);
  await chmod(file, 0o600);
  return {
    url: issuer,
    environment: {
      TOWNHALL_OIDC_ISSUER: issuer,
      TOWNHALL_OIDC_CLIENT_ID: CLIENT,
      TOWNHALL_OIDC_CLIENT_SECRET_FILE: file,
      TOWNHALL_OIDC_NAME_VI: "tài khoản công vụ của tỉnh",
      TOWNHALL_OIDC_NAME_EN: "the provincial staff account",
    },
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
