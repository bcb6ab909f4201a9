/** The one clock of the stage, in milliseconds. Tests put their own in its place, so that a slow machine slows the world too. */
export const clock = { now: () => performance.now() };
