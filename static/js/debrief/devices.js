/** Which of the devices that a scenario can be played with this one is. */

/**
 * @param {{ canVr: boolean, coarse: boolean, narrow: boolean }} found
 * @returns {"headset" | "phone" | "laptop"}
 */
export function deviceOf({ canVr, coarse, narrow }) {
  if (canVr && coarse && !narrow) return "headset";
  return coarse ? "phone" : "laptop";
}

/** @param {HTMLElement} root */
export async function markDevice(root) {
  const xr = /** @type {{ xr?: { isSessionSupported(mode: string): Promise<boolean> } }} */ (/** @type {unknown} */ (navigator)).xr;
  const canVr = xr ? await xr.isSessionSupported("immersive-vr").catch(() => false) : false;
  const device = deviceOf({
    canVr,
    coarse: matchMedia("(pointer: coarse)").matches,
    narrow: Math.min(screen.width, screen.height) < 600,
  });
  const here = root.querySelector(`[data-device="${device}"]`);
  here?.classList.add("device--here");
  here?.querySelector(".device__here")?.removeAttribute("hidden");
}
