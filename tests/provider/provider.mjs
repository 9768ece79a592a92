// A real OpenID Connect provider for the tests: `node provider.mjs SIGNED-OUT REDIRECT…` prints its address and serves until its input
// ends, at PORT if that is set. It sends browsers to the redirects only, and tells SIGNED-OUT of who has signed out.
import { createServer } from "node:http";
import Provider from "oidc-provider";

const people = {
  anna: { name: "Anna Admin", email: "anna@example.com", email_verified: true, groups: ["crm-sales"] },
  bela: { name: "Béla Bartók", email: "bela@example.com", email_verified: true, groups: [] },
};
const [signedOut, ...redirects] = process.argv.slice(2);
const server = createServer();
server.listen(Number(process.env.PORT ?? 0), "127.0.0.1", () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [{
      client_id: "kundig", client_secret: "a secret: with + and %", redirect_uris: redirects,
      backchannel_logout_uri: signedOut, backchannel_logout_session_required: true,
    }],
    features: { backchannelLogout: { enabled: true } },
    fetch: (url, { dispatcher, ...options }) => fetch(url, options), // its own dispatcher talks to no address of the machine itself
    claims: { openid: ["sub"], profile: ["name"], email: ["email", "email_verified"], groups: ["groups"] },
    cookies: { keys: ["only for tests"] },
    pkce: { required: () => true },
    findAccount: (_, id) => people[id] && { accountId: id, claims: () => ({ sub: id, ...people[id] }) },
  });
  server.on("request", provider.callback());
  console.log(issuer);
});
process.stdin.resume();
process.stdin.on("end", () => process.exit(0));
