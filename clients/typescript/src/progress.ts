import type { Send } from "./retries.js";

/** Is told how many bytes of a request were sent, and how many it has. A retry starts again at 0. */
export type Progress = (sent: number, total: number) => void;

const CHUNK = 64 * 1024;

/** Return a `Send` that tells how much of each request was sent. */
export function reporting(send: Send, progress: Progress | undefined): Send {
  if (!progress) return send;
  // In a browser, only XMLHttpRequest tells it.
  return typeof XMLHttpRequest === "undefined"
    ? (request) => sendStream(send, request, progress)
    : (request) => sendByXhr(request, progress);
}

async function sendStream(send: Send, request: Request, progress: Progress): Promise<Response> {
  const content = new Uint8Array(await request.arrayBuffer());
  let sent = 0;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      progress(sent, content.length);
      if (sent === content.length) return controller.close();
      const part = content.subarray(sent, sent + CHUNK);
      sent += part.length;
      controller.enqueue(part);
    },
  });
  // The service takes no chunked bodies. Node sends a stream with this header in one piece.
  const headers = new Headers(request.headers);
  headers.set("Content-Length", String(content.length));
  const init = { method: request.method, headers, body, signal: request.signal, duplex: "half" };
  return send(new Request(request.url, init as RequestInit));
}

async function sendByXhr(request: Request, progress: Progress): Promise<Response> {
  const content = await request.arrayBuffer();
  return new Promise((resolve, reject) => {
    const xhr = new XMLHttpRequest();
    xhr.open(request.method, request.url);
    xhr.responseType = "arraybuffer";
    request.headers.forEach((value, name) => xhr.setRequestHeader(name, value));
    xhr.upload.onprogress = (event) => progress(event.loaded, event.total);
    xhr.onload = () => resolve(responseOf(xhr));
    xhr.onerror = () => reject(new TypeError("The connection broke"));
    xhr.onabort = () => reject(request.signal.reason as Error);
    request.signal.addEventListener("abort", () => xhr.abort(), { once: true });
    xhr.send(content);
  });
}

function responseOf(xhr: XMLHttpRequest): Response {
  const headers = new Headers();
  for (const line of xhr.getAllResponseHeaders().trim().split("\r\n")) {
    const place = line.indexOf(":");
    if (place > 0) headers.append(line.slice(0, place), line.slice(place + 1).trim());
  }
  const body = xhr.status === 204 ? null : (xhr.response as ArrayBuffer);
  return new Response(body, { status: xhr.status, headers });
}
