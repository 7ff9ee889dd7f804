import { useEffect, useState } from "preact/hooks";

import { html } from "../html.js";
import { pictureAddress } from "../state/pictures.js";

/**
 * A photo or heat map of a check.
 * @param {{id: string, kind?: "photo" | "heatmap", alt: string, class?: string,
 *   onLoad?: (event: Event) => void, style?: object}} props
 */
export function Picture({ id, kind = "photo", alt, onLoad, style, ...rest }) {
  const [address, setAddress] = useState("");
  useEffect(() => {
    let isCurrent = true;
    pictureAddress(id, kind).then(
      (found) => isCurrent && setAddress(found),
      () => isCurrent && setAddress("none"),
    );
    return () => {
      isCurrent = false;
    };
  }, [id, kind]);
  const look = `picture ${rest.class ?? ""}`;
  if (!address || address === "none") {
    const state = address ? "picture-missing" : "picture-loading";
    // A picture without a text is decoration.
    const named = alt ? { role: "img", "aria-label": alt } : {};
    return html`<span class=${`${look} ${state}`} ...${named}></span>`;
  }
  return html`<img class=${look} src=${address} alt=${alt} style=${style} onLoad=${onLoad} />`;
}
