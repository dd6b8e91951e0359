// How is a piece of the page made? Elements by function call, so that text from outside never becomes markup.

/** `properties` are set on the element; `data`, `style` (custom properties too) and `aria-…` go where they belong. */
export function element(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null) continue;
    if (name === "data") Object.assign(made.dataset, value);
    else if (name === "style") setStyle(made, value);
    else if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (name === "role" || name.startsWith("aria-")) made.setAttribute(name, value);
    else made[name] = value;
  }
  made.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
  return made;
}

function setStyle(target, style) {
  for (const [name, value] of Object.entries(style)) target.style.setProperty(name, value);
}

/**
 * A picture over its dominant colour, which is there before the first byte and fades under the picture. Where there is
 * no picture, or it does not come, `lettering` stands in its place.
 */
export function picture(artwork, className, lettering = "") {
  const frame = element("span", { className: `picture ${className}`, "aria-hidden": "true" });
  const bare = () => {
    frame.classList.add("bare");
    if (lettering) frame.append(element("span", { className: "lettering" }, lettering));
  };
  if (!artwork) {
    bare();
    return frame;
  }
  setStyle(frame, { "--tint": artwork.dominantColor });
  const image = element("img", { alt: "", decoding: "async", src: artwork.url });
  if (!image.complete) {
    image.classList.add("arriving");
    image.addEventListener("load", () => image.classList.remove("arriving"), { once: true });
  }
  image.addEventListener("error", () => { image.remove(); bare(); }, { once: true });
  frame.append(image);
  return frame;
}

const PATHS = {
  play: "M8 5.1v13.8a.9.9 0 0 0 1.4.8l10.4-6.9a.9.9 0 0 0 0-1.6L9.4 4.3A.9.9 0 0 0 8 5.1z",
  pause: "M7 4.5h3.2v15H7zM13.8 4.5H17v15h-3.2z",
  back: "M15.4 4.6 8 12l7.4 7.4 1.5-1.5L11 12l5.9-5.9z",
  next: "M5 5.1v13.8a.9.9 0 0 0 1.4.8L16 13.2V19h2.6V5H16v5.8L6.4 4.3A.9.9 0 0 0 5 5.1z",
  restart: "M12 5a7 7 0 1 1-6.6 4.7l2 .7A4.9 4.9 0 1 0 12 7.1V10L7.2 6.1 12 2.2z",
  edit: "M4 16.9V20h3.1L17 10.1 13.9 7zM19.7 7.4c.4-.4.4-1 0-1.4l-1.7-1.7c-.4-.4-1-.4-1.4 0l-1.5 1.5L18.2 9z",
  erase: "M8.6 5h11.1c.9 0 1.6.7 1.6 1.6v10.8c0 .9-.7 1.6-1.6 1.6H8.6a2 2 0 0 1-1.5-.7L2 12l5.1-6.3A2 2 0 0 1 8.6 5zm2.5 3.3L9.7 9.7 12 12l-2.3 2.3 1.4 1.4 2.3-2.3 2.3 2.3 1.4-1.4-2.3-2.3 2.3-2.3-1.4-1.4-2.3 2.3z",
  lock: "M7 10V8a5 5 0 0 1 10 0v2h.6c.8 0 1.4.6 1.4 1.4v7.2c0 .8-.6 1.4-1.4 1.4H6.4c-.8 0-1.4-.6-1.4-1.4v-7.2c0-.8.6-1.4 1.4-1.4zm2 0h6V8a3 3 0 0 0-6 0z",
  plus: "M10.9 4.5h2.2v6.4h6.4v2.2h-6.4v6.4h-2.2v-6.4H4.5v-2.2h6.4z",
  check: "m9.6 16.2-4-4L4 13.8l5.6 5.6L20.4 8.6 18.8 7z",
};

export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.classList.add("icon");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}
