// What this device keeps: answers to read without a network, and photos that are not sent yet.

const NAME = "skin-check";
const STORES = { outbox: "key", checks: "id", pictures: "name" };

/** @type {Promise<IDBDatabase> | null} */
let opened = null;

function open() {
  opened ??= new Promise((resolve, reject) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => {
      for (const [store, keyPath] of Object.entries(STORES)) {
        asked.result.createObjectStore(store, { keyPath });
      }
    };
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
  return opened;
}

/**
 * @param {keyof typeof STORES} store
 * @param {IDBTransactionMode} mode
 * @param {(store: IDBObjectStore) => IDBRequest} work
 * @returns {Promise<any>}
 */
async function within(store, mode, work) {
  const database = await open();
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(store, mode);
    const asked = work(transaction.objectStore(store));
    transaction.oncomplete = () => resolve(asked.result);
    transaction.onerror = transaction.onabort = () => reject(transaction.error);
  });
}

/** @param {keyof typeof STORES} store @param {string} key */
export const get = (store, key) => within(store, "readonly", (rows) => rows.get(key));
/** @param {keyof typeof STORES} store */
export const all = (store) => within(store, "readonly", (rows) => rows.getAll());
/** @param {keyof typeof STORES} store @param {object} row */
export const put = (store, row) => within(store, "readwrite", (rows) => rows.put(row));
/** @param {keyof typeof STORES} store @param {string} key */
export const remove = (store, key) => within(store, "readwrite", (rows) => rows.delete(key));
/** @param {keyof typeof STORES} store */
export const clear = (store) => within(store, "readwrite", (rows) => rows.clear());

export async function clearAll() {
  await Promise.all([clear("outbox"), clear("checks"), clear("pictures")]);
}
