// The storage of the tab, which outlives a reload. A browser may refuse it, or have no space; then it has nothing.

export const get = (key) => attempt(() => sessionStorage.getItem(key));
export const set = (key, value) => attempt(() => sessionStorage.setItem(key, value));
export const remove = (key) => attempt(() => sessionStorage.removeItem(key));

function attempt(access) {
  try {
    return access() ?? null;
  } catch {
    return null;
  }
}
