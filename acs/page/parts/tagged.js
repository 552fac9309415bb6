// What is read to be edited: with its tag, so that what is written goes over what was seen.
import { useEffect, useState } from '../html.js';
import { tagged } from '../api.js';

// { data, tag, problem, reload }; no path: nothing is read.
export function useTagged(path) {
  const [state, set] = useState({ path: null, data: null, tag: null, problem: null });
  const [turn, next] = useState(0);
  useEffect(() => {
    if (!path) return undefined;
    let wanted = true;
    tagged(path).then(
      found => wanted && set({ path, ...found, problem: null }),
      problem => wanted && set({ path, data: null, tag: null, problem }),
    );
    return () => { wanted = false; };
  }, [path, turn]);
  const now = state.path === path ? state : { data: null, tag: null, problem: null };
  return { data: now.data, tag: now.tag, problem: now.problem, reload: () => next(n => n + 1) };
}
