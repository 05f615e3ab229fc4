/** Things that are made once for each key. */

interface Store<K, V> {
  get(key: K): V | undefined;
  set(key: K, value: V): unknown;
}

/** What is there for a key; made when it is first asked for. */
export function remember<K, V>(store: Store<K, V>, key: K, make: () => V): V {
  let known = store.get(key);
  if (known === undefined) store.set(key, (known = make()));
  return known;
}
