/** On a phone a row of tabs is wider than the screen: the one that is open comes into sight. */
export function startTabs() {
  for (const tab of document.querySelectorAll(".tabs [aria-current]")) {
    const row = tab.parentElement;
    if (!(tab instanceof HTMLElement) || !row || row.scrollWidth <= row.clientWidth) continue;
    row.scrollLeft = tab.offsetLeft - row.offsetLeft - (row.clientWidth - tab.offsetWidth) / 2;
  }
}
