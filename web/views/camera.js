import { useEffect, useRef, useState } from "preact/hooks";

import { CameraControls } from "../components/camera-controls.js";
import { Icon } from "../components/icon.js";
import { Notice } from "../components/notice.js";
import { html } from "../html.js";
import { openCamera } from "../photo/camera.js";
import { watchHints } from "../photo/live.js";
import { encode } from "../photo/scale.js";
import { go } from "../views.js";
import { chosen } from "../state/chosen.js";
import { t } from "../text.js";

export default function Camera() {
  const video = useRef(/** @type {HTMLVideoElement | null} */ (null));
  const [track, setTrack] = useState(/** @type {MediaStreamTrack | null} */ (null));
  const [failure, setFailure] = useState("");
  const [hint, setHint] = useState(/** @type {import("../photo/hints.js").Hint | null} */ (null));
  useEffect(() => {
    const player = /** @type {HTMLVideoElement} */ (video.current);
    const opened = openCamera(player);
    opened.then(setTrack, (error) =>
      setFailure(error.name === "NotAllowedError" ? "denied" : "missing"),
    );
    const stopHints = watchHints(player, setHint);
    return () => {
      stopHints();
      opened.then(
        (found) => found.stop(),
        () => {},
      );
    };
  }, []);
  const take = async () => {
    if (!video.current?.videoWidth) return;
    chosen.value = [...chosen.value, await encode(video.current)];
    navigator.vibrate?.(30);
    go("new");
  };
  return html`<div class="camera">
    <h1 class="visually-hidden" tabindex="-1">${t("camera.title")}</h1>
    <a class="camera-close" href="#/new">
      <${Icon} name="close" /><span class="visually-hidden">${t("cancel")}</span>
    </a>
    <video ref=${video} class="camera-video" autoplay muted playsinline aria-label=${t("camera.title")}></video>
    <div class=${`camera-ring ${hint === "good" ? "is-good" : ""}`} aria-hidden="true"></div>
    <p class="camera-hint" role="status">
      ${hint && html`<${Icon} name=${hint === "good" ? "check" : "info"} size=${20} />${t(`hint.${hint}`)}`}
    </p>
    ${
      failure &&
      html`<div class="camera-failure">
      <${Notice} icon="camera" tone="care" alert><p>${t(`camera.${failure}`)}</p><//>
      <a class="button button-main" href="#/new">${t("new.choose")}</a>
    </div>`
    }
    <${CameraControls} track=${track} onTake=${take} />
  </div>`;
}
