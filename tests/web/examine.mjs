// What is wrong with the screen that is on? Accessibility by axe, then what no rule of axe knows about a television.
import axe from "axe-core";

const GRAVE = ["serious", "critical"];
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** `[{what, detail}]`, empty when all is well. */
export async function examine(page) {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate((tags) => globalThis.axe.run(document, { runOnly: tags }), TAGS);
  const grave = violations.filter(({ impact }) => GRAVE.includes(impact));
  const findings = grave.map(({ id, nodes }) => ({ what: id, detail: nodes.map((node) => `${node.html.slice(0, 160)} ${node.failureSummary}`) }));
  return [...findings, ...(await page.evaluate(layout))];
}

function layout() {
  const findings = [];
  const say = (what, detail) => findings.push({ what, detail });
  const { innerWidth, innerHeight } = window;
  const slide = ".cards, .backdrop, .unseen, [aria-hidden=true]"; // what may reach over the edge, by design

  if (document.scrollingElement.scrollWidth > innerWidth) say("scrolls sideways", document.scrollingElement.scrollWidth);
  for (const each of document.querySelectorAll("#stage h1, #stage h2, #stage p, #stage button, #stage input, #stage dd")) {
    if (each.closest(slide) || !each.checkVisibility()) continue;
    const { left, right } = each.getBoundingClientRect();
    if (left < 0 || right > innerWidth + 1) say("is cut at the side", `${each.outerHTML.slice(0, 120)} ${left}…${right}`);
  }
  for (const image of document.images) {
    if (image.complete && image.naturalWidth === 0) say("has a broken picture", image.src.slice(-60));
  }
  const at = document.activeElement;
  const { left, right, top, bottom } = at.getBoundingClientRect();
  const inSight = left >= 0 && right <= innerWidth && top >= 0 && bottom <= innerHeight;
  if (at.closest(".skeleton")) return findings; // nothing to press yet
  if (at === document.body || !at.matches(":focus-visible")) say("shows no focus", at.outerHTML.slice(0, 120));
  else if (!inSight || !at.checkVisibility({ opacityProperty: true })) say("has its focus out of sight", at.outerHTML.slice(0, 120));
  return findings;
}
