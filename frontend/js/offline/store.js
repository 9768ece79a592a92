// What is kept on this device: records that were seen, forms to write with, and what waits to be sent. Signing out removes all of it.
import { deleteDB, openDB } from "idb";

const NAME = "kundig", MOST_RECORDS = 30;
const database = () => openDB(NAME, 1, {
  upgrade(db) {
    db.createObjectStore("records", { keyPath: "path" }).createIndex("at", "at");
    db.createObjectStore("queue", { keyPath: "key" });
    db.createObjectStore("kit"); // one value: "kit"
  },
});
const within = async (work) => {
  const db = await database();
  try { return await work(db); } finally { db.close(); }
};

export const kit = () => within((db) => db.get("kit", "kit"));
/** Keep the forms; what somebody else left behind here goes, except what they have not sent yet. */
export const keepKit = (fresh) => within(async (db) => {
  const old = await db.get("kit", "kit");
  if (old && old.user !== fresh.user) await db.clear("records");
  await db.put("kit", fresh, "kit");
});

export const record = (path) => within((db) => db.get("records", path));
export const records = () => within(async (db) => (await db.getAllFromIndex("records", "at")).reverse());
export const keepRecord = (value) => within(async (db) => {
  await db.put("records", { ...value, at: Date.now() });
  const keys = await db.getAllKeysFromIndex("records", "at");
  for (const key of keys.slice(0, -MOST_RECORDS)) await db.delete("records", key);
});

/** What waits, oldest first, of the person who is signed in. */
export const queue = () => within(async (db) => {
  const user = (await db.get("kit", "kit"))?.user;
  return (await db.getAll("queue")).filter((entry) => entry.user === user).sort((a, b) => a.at - b.at);
});
export const enqueue = (entry) => within(async (db) => {
  const user = (await db.get("kit", "kit"))?.user;
  await db.put("queue", { state: "waiting", at: Date.now(), key: crypto.randomUUID(), ...entry, user });
  dispatchEvent(new CustomEvent("kundig:queue"));
});
export const drop = (key) => within(async (db) => {
  await db.delete("queue", key);
  dispatchEvent(new CustomEvent("kundig:queue"));
});

/** Everything. */
export const wipe = async () => {
  await deleteDB(NAME);
  for (const name of await caches.keys()) await caches.delete(name);
  localStorage.clear();
  sessionStorage.clear();
};
