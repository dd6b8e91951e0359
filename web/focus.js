// Where does the focus go when the viewer presses an arrow? Geometry decides, and Enter and Back do what they say.

import { glide, stillToGo } from "./glide.js";

const FOCUSABLE = "button:not([disabled]), a[href], input:not([disabled]), [tabindex='0']";
const ARROWS = { ArrowLeft: "left", ArrowRight: "right", ArrowUp: "up", ArrowDown: "down" };
const BACK = ["Escape", "Backspace", "GoBack", "BrowserBack", "XF86Back"]; // remotes differ in what they call it

/** The direction an arrow key means, or undefined. */
export const arrowOf = (event) => (event.altKey || event.ctrlKey || event.metaKey ? undefined : ARROWS[event.key]);

/** True for every key that means Back; Backspace only where it deletes nothing. */
export const isBack = (event) => BACK.includes(event.key) && !(event.key === "Backspace" && editsText(event.target));

/**
 * Index in `boxes` (each `{left, right, top, bottom}`) of where `direction` leads from `from`, or -1.
 * Left and right stay on the line; up and down go to the nearest line, and there to the nearest box.
 */
export function nextBox(boxes, from, direction) {
  const sideways = direction === "left" || direction === "right";
  const sign = direction === "right" || direction === "down" ? 1 : -1;
  const [near, far] = sideways ? ["left", "right"] : ["top", "bottom"];
  const middle = (box, low, high) => (box[low] + box[high]) / 2;
  const ahead = (box) => sign * (middle(box, near, far) - middle(from, near, far));

  const forward = boxes.filter((box) => box !== from && ahead(box) > 0 && overlaps(box, from) === sideways);
  if (!forward.length) return -1;
  const nearest = forward.reduce((best, box) => (ahead(box) < ahead(best) ? box : best));
  if (sideways) return boxes.indexOf(nearest);

  const line = forward.filter((box) => overlaps(box, nearest));
  const aside = (box) => Math.max(0, box.left - from.right, from.left - box.right) * 4 + Math.abs(box.left - from.left);
  return boxes.indexOf(line.reduce((best, box) => (aside(box) < aside(best) ? box : best)));
}

/** Whether two boxes share a line: half of the lower one's height, so that an enlarged card stays on its own. */
function overlaps(one, other) {
  const shared = Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top);
  return shared * 2 > Math.min(one.bottom - one.top, other.bottom - other.top);
}

/** Moves the focus inside `root`; false when nothing lies in that direction. */
export function moveFocus(root, direction) {
  const elements = [...root.querySelectorAll(FOCUSABLE)].filter((element) => element.checkVisibility({ visibilityProperty: true }));
  const current = elements.indexOf(document.activeElement);
  if (current < 0) {
    elements[0]?.focus();
    return elements.length > 0;
  }
  const boxes = elements.map(restingPlace);
  const next = nextBox(boxes, boxes[current], direction);
  if (next < 0) return false;
  focusOn(elements[next]);
  return true;
}

/** Focuses and brings the element into view, gliding there when `calmly`. */
export function focusOn(element, { calmly = true } = {}) {
  if (!element) return;
  element.focus({ preventScroll: true });
  reveal(element, calmly);
}

/** A card glides to the start of its row, and its row to the top; what is in no row is at the top of its screen. */
function reveal(element, calmly) {
  const row = element.closest(".cards");
  if (row) {
    const start = parseFloat(getComputedStyle(row).scrollPaddingLeft) || 0;
    const ahead = place(element).left - row.getBoundingClientRect().left - start;
    glide(row, "scrollLeft", row.scrollLeft + ahead, { calmly });
  }
  const scroller = scrollerOf(element);
  if (!scroller) return;
  const line = element.closest("[data-line]");
  const home = scroller.matches(".settings") ? middleOf(scroller, element) : line ? homeOf(line, scroller, element) : 0;
  glide(scroller, "scrollTop", home, { calmly });
}

/** A row of a list goes to the top of it; a part of a longer page only when the first screenful lacks the element. */
function homeOf(line, scroller, element) {
  const from = scroller.scrollTop - scroller.getBoundingClientRect().top;
  if (!scroller.matches(".shelves") && place(element).bottom + from <= scroller.clientHeight) return 0;
  return line.getBoundingClientRect().top + from - (parseFloat(getComputedStyle(scroller).scrollPaddingTop) || 0);
}

/** A list of settings rests with the one that is looked at in its middle. */
function middleOf(scroller, element) {
  const { top, height } = place(element);
  return Math.max(0, scroller.scrollTop + top - scroller.getBoundingClientRect().top - (scroller.clientHeight - height) / 2);
}

/** Where an element is when nothing enlarges it. */
function place(element) {
  return (element.closest("[role=listitem]") ?? element).getBoundingClientRect();
}

/** Where an element is once all that glides has come to rest: keys may be quicker than rows. */
function restingPlace(element) {
  const { left, right, top, bottom } = place(element);
  const row = element.closest(".cards");
  const scroller = scrollerOf(element);
  const [x, y] = [row ? stillToGo(row, "scrollLeft") : 0, scroller ? stillToGo(scroller, "scrollTop") : 0];
  return { left: left - x, right: right - x, top: top - y, bottom: bottom - y };
}

function scrollerOf(element) {
  for (let each = element.parentElement; each; each = each.parentElement) {
    if (["auto", "scroll"].includes(getComputedStyle(each).overflowY) && !each.matches(".cards")) return each;
  }
  return null;
}

function editsText(target) {
  return target instanceof HTMLInputElement && target.type !== "range";
}

/** True while left and right move the caret instead of the focus. */
export function keepsArrow(event, direction) {
  return editsText(event.target) && (direction === "left" || direction === "right");
}
