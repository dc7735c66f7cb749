/* A one-time link is shown with the address that this page was opened under. */
new MutationObserver(() => {
  for (const el of document.querySelectorAll(".one-time[data-link]")) {
    const whole = location.origin + el.dataset.link;
    if (el.textContent !== whole) el.textContent = whole;
  }
}).observe(document.documentElement, { childList: true, subtree: true });
