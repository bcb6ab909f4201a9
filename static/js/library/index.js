// The library's pages: uploading, and what stays true while workers work.
import { startLive } from "./live.js";
import { showStrip } from "./strip.js";
import { UploadPage } from "./upload_page.js";

const SOCKET = "/ws/library/masters/";
const uploadRoot = document.querySelector("[data-upload-page]");
const config = document.getElementById("upload-config");

if (uploadRoot instanceof HTMLElement && config) {
  startLive(SOCKET);
  const page = new UploadPage(uploadRoot, JSON.parse(config.textContent ?? ""));
  page.unfinished.load();
} else if (document.querySelector("[data-library-live]")) {
  startLive(SOCKET);
}
for (const section of document.querySelectorAll("[data-strip]")) {
  if (section instanceof HTMLElement) showStrip(section);
}
