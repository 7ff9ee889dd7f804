import { html } from "../html.js";

/** Paths on a grid of 24 by 24, drawn as lines. */
const PATHS = {
  checks: "M4 6h2M4 12h2M4 18h2M9.5 6H20M9.5 12H20M9.5 18H20",
  camera: "M4 8.5h3l1.6-2.5h6.8L17 8.5h3v10.5H4zM12 10.2a3.3 3.3 0 1 0 0 6.6 3.3 3.3 0 0 0 0-6.6z",
  person:
    "M12 4.5a3.7 3.7 0 1 0 0 7.4 3.7 3.7 0 0 0 0-7.4zM4.8 20c.6-3.6 3.5-5.6 7.2-5.6s6.6 2 7.2 5.6",
  people:
    "M9 5a3.3 3.3 0 1 0 0 6.6A3.3 3.3 0 0 0 9 5zM2.8 19c.5-3.2 2.9-5 6.2-5s5.7 1.8 6.2 5M15.5 5.3a3.3 3.3 0 0 1 0 6M18 14.6c1.8.8 2.9 2.3 3.2 4.4",
  label: "M4 5h7.5l8.5 8.5-6.5 6.5L4 11.5zM8 8.8h.01",
  chart: "M4 20h16M7 20v-7M12 20V6M17 20v-10",
  back: "M14.5 5.5 8 12l6.5 6.5",
  next: "M9.5 5.5 16 12l-6.5 6.5",
  close: "M6 6l12 12M18 6 6 18",
  file: "M4 5h16v14H4zM4 15.5l4.5-4.5 4 4 2.5-2.5 5 5M15.5 8.5h.01",
  calendar: "M5 6.5h14V20H5zM5 10.5h14M9 4v4M15 4v4",
  print: "M7 9V4h10v5M7 17H4V9h16v8h-3M7 14h10v6H7z",
  trash: "M5 7h14M10 7V4.5h4V7M7 7l.8 13h8.4L17 7M10.5 10.5v6M13.5 10.5v6",
  torch: "M13 3 6 13.5h5L10 21l8-11h-5.5z",
  check: "M5 12.5l4.5 4.5L19 7.5",
  clock: "M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16zM12 8v4.3l3 1.8",
  offline:
    "M4 4l16 16M8.5 15.5a5 5 0 0 1 5-1.2M5 12a10 10 0 0 1 4.5-2.7M13.5 9a10 10 0 0 1 5.5 3M12 19h.01",
  alert: "M12 4.5 21 19.5H3zM12 10v4.5M12 17.2h.01",
  info: "M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16zM12 11v5M12 8h.01",
  retry: "M19 12a7 7 0 1 1-2-5M19 4v4h-4",
  device: "M7 3.5h10v17H7zM11 17.5h2",
  eye: "M2.8 12C5 8 8.2 6 12 6s7 2 9.2 6c-2.2 4-5.4 6-9.2 6s-7-2-9.2-6zM12 9.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5z",
};

/** @param {{name: keyof typeof PATHS, size?: number}} props */
export function Icon({ name, size = 24 }) {
  return html`<svg class="icon" width=${size} height=${size} viewBox="0 0 24 24" aria-hidden="true">
    <path d=${PATHS[name]} />
  </svg>`;
}
