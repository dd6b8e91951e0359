// How do the cards of a row, and the rows of a page, change places under a viewer who is looking at one of them?
import { shift } from "./glide.js";

const MOVE_MS = 320; // long enough to follow with the eye, short enough not to wait for
const ALONG = {
  scrollLeft: { edge: "left", slide: (px) => `${px}px` },
  scrollTop: { edge: "top", slide: (px) => `0 ${px}px` },
};

/**
 * Makes `wanted` the children of `list`, in that order, along `axis` (scrollLeft or scrollTop). What holds the focus
 * keeps it, and in a row also its place on the screen; when it goes, the focus passes to a neighbour. `settle()` may
 * scroll: it is called when everything is in its new place, and nothing is on its way there yet.
 */
export function rearrange(list, wanted, axis, settle = () => {}) {
  const now = [...list.children];
  if (now.length === wanted.length && now.every((place, index) => place === wanted[index])) return settle();
  for (const place of now.filter((each) => !wanted.includes(each))) {
    passFocusOn(place);
    place.remove();
  }
  const { edge, slide } = ALONG[axis];
  const held = wanted.find((place) => place.contains(document.activeElement));
  const before = new Map(now.map((place) => [place, place.getBoundingClientRect()[edge]]));

  const turn = held ? wanted.indexOf(held) : 0;
  for (const place of wanted.slice(0, turn)) list.insertBefore(place, held);
  for (const place of wanted.slice(held ? turn + 1 : 0)) list.append(place); // what is held stays: moving it would blur it
  if (held && axis === "scrollLeft") shift(list, axis, held.getBoundingClientRect()[edge] - before.get(held));
  settle();

  if (!list.isConnected || matchMedia("(prefers-reduced-motion: reduce)").matches) return;
  for (const place of wanted) {
    const timing = { duration: MOVE_MS, easing: "cubic-bezier(0.2, 0, 0, 1)" };
    const distance = before.get(place) - place.getBoundingClientRect()[edge];
    if (Number.isNaN(distance)) place.animate({ opacity: [0, 1] }, timing);
    else if (distance) place.animate({ translate: [slide(distance), "0 0"] }, timing);
  }
}

/** The focus of a place that goes: to the next, else the one before, else whatever stands nearest in the page. */
function passFocusOn(place) {
  if (!place.contains(document.activeElement)) return;
  const line = place.closest("[data-line]");
  const near = [...after(place), ...after(place, "previousElementSibling"), ...after(line), ...after(line, "previousElementSibling")];
  const heirs = [...near.map((each) => each.querySelector("button")), ...document.querySelectorAll("#stage button")];
  heirs.find((heir) => heir?.checkVisibility() && !place.contains(heir))?.focus({ preventScroll: true });
}

function after(place, way = "nextElementSibling") {
  const found = [];
  for (let each = place?.[way]; each; each = each[way]) found.push(each);
  return found;
}
