// A real OpenID Connect provider for the tests: `node provider.mjs REDIRECT…` prints its address and serves until its input ends.
import { createServer } from "node:http";
import Provider from "oidc-provider";

const people = {
  anna: { name: "Anna Admin", email: "anna@example.com", email_verified: true, groups: ["crm-sales"] },
  bela: { name: "Béla Bartók", email: "bela@example.com", email_verified: true, groups: [] },
};
const server = createServer();
server.listen(0, "127.0.0.1", () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [{ client_id: "kundig", client_secret: "a secret: with + and %", redirect_uris: process.argv.slice(2) }],
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
