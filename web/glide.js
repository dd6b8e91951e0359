// How does a row come to rest? A spring without bounce pulls the scroll position home, wherever it was going before.

const PULL_PER_S = 14; // settles within 0.4 s: quick enough for a held key, slow enough to follow
const AT_REST_PX = 0.5;

/** A critically damped spring `dt` seconds on: `offset` from its home in px and `velocity` in px/s, both new. */
export function springStep({ offset, velocity }, dt) {
  const decay = Math.exp(-PULL_PER_S * dt);
  const pull = (velocity + PULL_PER_S * offset) * dt;
  return { offset: (offset + pull) * decay, velocity: (velocity - PULL_PER_S * pull) * decay };
}

const MOST = { scrollLeft: ["scrollWidth", "clientWidth"], scrollTop: ["scrollHeight", "clientHeight"] };
const gliding = { scrollLeft: new WeakMap(), scrollTop: new WeakMap() };

/** Brings `scroller[axis]` (scrollLeft or scrollTop) to `home`, in px; at once for who asked for less motion. */
export function glide(scroller, axis, home, { calmly = true } = {}) {
  const under = gliding[axis].get(scroller);
  if (!calmly || matchMedia("(prefers-reduced-motion: reduce)").matches) {
    stop(scroller, axis);
    scroller[axis] = home;
  } else if (under) {
    under.offset = scroller[axis] - home;
    under.home = home;
  } else {
    start(scroller, axis, home);
  }
}

/** How far `scroller[axis]` still has to go until it rests, in px; 0 when it does. */
export function stillToGo(scroller, axis) {
  const under = gliding[axis].get(scroller);
  return under ? within(scroller, axis, under.home) - scroller[axis] : 0;
}

/** Moves by `px` what is looked at, also in the middle of a glide, without anything seen to move. */
export function shift(scroller, axis, px) {
  const under = gliding[axis].get(scroller);
  if (under) under.home += px;
  scroller[axis] += px;
}

function start(scroller, axis, home) {
  const motion = { home, offset: scroller[axis] - home, velocity: 0, at: () => motion.home + motion.offset };
  gliding[axis].set(scroller, motion);
  const giveWay = () => stop(scroller, axis); // a finger or a wheel is stronger than we are
  motion.ended = new AbortController();
  for (const name of ["wheel", "touchstart", "pointerdown"]) {
    scroller.addEventListener(name, giveWay, { passive: true, once: true, signal: motion.ended.signal });
  }
  let before = performance.now();
  const frame = (now) => {
    if (gliding[axis].get(scroller) !== motion) return;
    Object.assign(motion, springStep(motion, Math.max(0, now - before) / 1000));
    before = now;
    const rests = Math.abs(motion.offset) < AT_REST_PX || !scroller.isConnected;
    scroller[axis] = within(scroller, axis, rests ? motion.home : motion.at());
    if (rests) stop(scroller, axis);
    else requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
}

function stop(scroller, axis) {
  gliding[axis].get(scroller)?.ended.abort();
  gliding[axis].delete(scroller);
}

/** The nearest position to `px` that there is: a motion may want to go further than the content. */
function within(scroller, axis, px) {
  const [whole, seen] = MOST[axis];
  return Math.min(Math.max(0, px), scroller[whole] - scroller[seen]);
}
