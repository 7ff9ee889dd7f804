// Addresses and the views that they name.

/**
 * Return the first pattern that an address fits, with the values of its `:names`.
 * @param {readonly string[]} patterns such as `checks/:id`
 * @param {string} hash such as `#/checks/7`
 * @returns {Route | null}
 */
export function match(patterns, hash) {
  const parts = hash
    .replace(/^#?\/?/, "")
    .split("?")[0]
    .split("/");
  for (const pattern of patterns) {
    const names = pattern.split("/");
    if (names.length !== parts.length) continue;
    if (!names.every((name, place) => name.startsWith(":") || name === parts[place])) continue;
    const params = Object.fromEntries(
      names.flatMap((name, place) =>
        name.startsWith(":") ? [[name.slice(1), decodeURIComponent(parts[place])]] : [],
      ),
    );
    return { name: pattern, params };
  }
  return null;
}
