// What a device calls itself, in short.

/** In this order: a browser also names those that it is like. */
const BROWSERS = [
  ["Edg", "Edge"], ["OPR", "Opera"], ["SamsungBrowser", "Samsung Internet"], ["Firefox", "Firefox"],
  ["CriOS", "Chrome"], ["HeadlessChrome", "Chrome"], ["Chrome", "Chrome"], ["Safari", "Safari"],
]; // prettier-ignore
const SYSTEMS = [
  ["iPhone", "iPhone"], ["iPad", "iPad"], ["Android", "Android"], ["Windows", "Windows"],
  ["Mac OS X", "Mac"], ["CrOS", "Chromebook"], ["Linux", "Linux"],
]; // prettier-ignore

/** @param {string | null} device @returns {string | null} such as `Firefox · Android` */
export function deviceName(device) {
  if (!device) return null;
  const name = (/** @type {string[][]} */ table) =>
    table.find(([sign]) => device.includes(sign))?.[1];
  return [name(BROWSERS), name(SYSTEMS)].filter(Boolean).join(" · ") || device.slice(0, 40);
}
