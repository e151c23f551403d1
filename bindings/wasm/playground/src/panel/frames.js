// The frames that the page draws: while something holds its thread there are none, and the next bar is taller.

import { h } from "../page/dom.js";

const WIDTH = 4;
const HEIGHT = 30;
/** A frame that came so late was held up, in milliseconds. */
const HELD = 40;

export class Frames {
  #canvas = h("canvas", { class: "frames", height: HEIGHT, role: "img", "aria-label": "The page’s frames, one bar each: a tall one waited for the plugin" });
  #gaps = [];
  #before;

  constructor() {
    this.element = h("figure", {}, this.#canvas, h("figcaption", { textContent: "Frames of this page: each bar is one, as tall as the time since the one before." }));
    const still = matchMedia("(prefers-reduced-motion: reduce)");
    const frame = (now) => {
      const gap = now - (this.#before ?? now);
      this.#before = now;
      // With little motion wanted, only frames that were held up are told.
      if (gap > 0 && gap < 5000 && (!still.matches || gap > HELD) && this.#canvas.offsetParent !== null) {
        this.#gaps.push(gap);
        this.#draw();
      }
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  }

  #draw() {
    const canvas = this.#canvas;
    const ratio = devicePixelRatio;
    const width = canvas.clientWidth;
    if (canvas.width !== Math.round(width * ratio)) {
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(HEIGHT * ratio);
    }
    const most = Math.floor(width / WIDTH);
    this.#gaps.splice(0, this.#gaps.length - most);
    const style = getComputedStyle(canvas);
    const context = canvas.getContext("2d");
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, HEIGHT);
    this.#gaps.forEach((gap, at) => {
      const tall = Math.min(HEIGHT, 3 + Math.log2(1 + gap / 16) * 5);
      context.fillStyle = style.getPropertyValue(gap > HELD ? "--warn" : "--ink-3");
      context.fillRect(at * WIDTH, HEIGHT - tall, WIDTH - 1, tall);
    });
  }
}
