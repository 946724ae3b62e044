/** One thing at a time, and of what is asked for meanwhile only once more: restarts are asked for in bursts. */

export function coalesced(work: () => Promise<void>) {
  let running: Promise<void> | undefined;
  let queued = false;
  const drain = async () => {
    do {
      queued = false;
      await work();
    } while (queued);
  };
  const run = (): Promise<void> => {
    queued = Boolean(running);
    return (running ??= drain().finally(() => (running = undefined)));
  };
  return Object.assign(run, { idle: async () => running });
}

/** Calls `work` with all keys that came since, once none has come for `ms`. */
export function debounced<K>(ms: number, work: (keys: ReadonlySet<K>) => void) {
  let keys = new Set<K>();
  let timer: NodeJS.Timeout | undefined;
  const run = () => {
    const taken = keys;
    keys = new Set();
    work(taken);
  };
  return {
    add(key: K): void {
      keys.add(key);
      clearTimeout(timer);
      timer = setTimeout(run, ms);
    },
    dispose: () => clearTimeout(timer),
  };
}
