/**
 * A hand: turns a digit's skeleton into pen tracks on the pixel grid, with its own slant, proportions, wobble, pressure
 * and placement. Only + - * / and square roots, so that every machine draws the same pixels.
 */
import type { Random } from '@alix/infer/io/random';
import type { Glyph } from './glyphs.js';

/** A pen track as x, y, radius, x, y, radius, ... in pixels; straight between its points. */
export type Track = Float64Array;

/** Straight pieces per pair of control points. */
const PIECES = 5;
/** Length of the longer side of the digit's box in pixels, before `size`; MNIST's digits fit a box of 20. */
const BOX = 20;
const CENTRE = 14;
/** Standard deviation of a control point's own displacement, where a digit is 10 high. */
const UNSTEADY = 0.2;
/** The pen's edge stays this far inside the image. */
const MARGIN = 1;

/** Draws `glyph` as the hand that `random` stands for; the image is 28x28. */
export function write(glyph: Glyph, random: Random): Track[] {
  const n = random.normal(17);
  const u = random.uniform(6 + 2 * glyph.strokes.length);
  const normal = (i: number) => Math.max(-2.5, Math.min(2.5, n[i] as number));
  const radius = 0.95 + 1.0 * (u[0] as number) * (u[1] as number) + 0.35 * (u[2] as number);
  const pressure = 0.16 * (2 * (u[3] as number) - 1);
  const sharpness = 0.75 + 0.5 * (u[5] as number);

  // the wobble: a cubic displacement of the plane, so that strokes that meet stay together
  const bend = (x: number, y: number, first: number) =>
    0.06 * (normal(first) * x * y + normal(first + 1) * (y * y - 0.4) + normal(first + 2) * (x * x - 0.2)) +
    0.08 *
      (normal(first + 3) * y * (y * y - 0.6) +
        normal(first + 4) * x * (y * y - 0.3) +
        normal(first + 5) * y * (x * x - 0.2));
  const slant = 0.14 + 0.2 * normal(0);
  const aspect = stretch(0.16 * normal(1));
  const half = 0.055 * normal(2); // tan(angle/2): rotation without trigonometry
  const cos = (1 - half * half) / (1 + half * half);
  const sin = (2 * half) / (1 + half * half);
  const place = (px: number, py: number): [number, number] => {
    const x0 = (px - 3.2) / 5;
    const y0 = (py - 5) / 5;
    const x = (x0 + bend(x0, y0, 3)) * aspect;
    const y = y0 + bend(x0, y0, 9);
    const leaning = x - slant * y;
    return [leaning * cos - y * sin, leaning * sin + y * cos];
  };

  const curves = glyph.strokes.map((stroke, index) => {
    const points: number[] = [];
    const wobble = random.normal(stroke.length);
    for (let i = 0; i < stroke.length; i += 2) {
      // ends stay put, for there strokes meet
      const loose = i === 0 || i === stroke.length - 2 ? 0 : UNSTEADY;
      const [x, y] = [stroke[i] as number, stroke[i + 1] as number];
      points.push(...place(x + loose * (wobble[i] as number), y + loose * (wobble[i + 1] as number)));
    }
    return smooth(points, sharpness, reach(u[6 + 2 * index]), reach(u[7 + 2 * index]));
  });

  const box = bounds(curves);
  const size = (BOX * (0.86 + 0.14 * (u[4] as number)) - 2 * (radius - 1)) / Math.max(box.width, box.height);
  const shiftX = fit(CENTRE + 0.7 * normal(15) - box.x * size, box, size, radius, 'x');
  const shiftY = fit(CENTRE + 0.7 * normal(16) - box.y * size, box, size, radius, 'y');
  return curves.map((curve) => {
    const count = curve.length / 2;
    const track = new Float64Array(count * 3);
    for (let i = 0; i < count; i++) {
      const t = (2 * i) / (count - 1) - 1; // -1 at the start of the stroke, 1 at its end
      track[3 * i] = (curve[2 * i] as number) * size + shiftX;
      track[3 * i + 1] = (curve[2 * i + 1] as number) * size + shiftY;
      track[3 * i + 2] = radius * (1 + pressure * t - 0.1 * t * t * t * t);
    }
    return track;
  });
}

/** A factor near 1 that is 1/f for -a where it is f for a. */
function stretch(a: number): number {
  return a >= 0 ? 1 + a : 1 / (1 - a);
}

/** How far a stroke goes beyond its end, as a part of its last piece: most stop there, some run on, a few stop short. */
function reach(u = 0.5): number {
  return u < 0.2 ? -0.5 * (0.2 - u) * 5 : u > 0.75 ? 0.9 * (u - 0.75) : 0;
}

/**
 * Points on a cardinal spline through `points`; `tension` scales the tangents (1: Catmull-Rom). `before` and `after`
 * lengthen (or, if negative, shorten) the ends along their own direction.
 */
function smooth(points: readonly number[], tension: number, before: number, after: number): number[] {
  const last = points.length / 2 - 1;
  const at = (i: number, axis: number) => points[2 * Math.max(0, Math.min(last, i)) + axis] as number;
  const out: number[] = [];
  const evaluate = (i: number, t: number) => {
    for (let axis = 0; axis < 2; axis++) {
      const [a, b] = [at(i, axis), at(i + 1, axis)];
      const from = (tension * (b - at(i - 1, axis))) / (i === 0 ? 1 : 2);
      const to = (tension * (at(i + 2, axis) - a)) / (i + 1 === last ? 1 : 2);
      const [t2, t3] = [t * t, t * t * t];
      out.push((2 * t3 - 3 * t2 + 1) * a + (t3 - 2 * t2 + t) * from + (3 * t2 - 2 * t3) * b + (t3 - t2) * to);
    }
  };
  for (let i = 0; i < last; i++) {
    const [start, end] = [i === 0 ? -before : 0, i === last - 1 ? 1 + after : 1];
    for (let k = i === 0 ? 0 : 1; k <= PIECES; k++) evaluate(i, start + ((end - start) * k) / PIECES);
  }
  return out;
}

function bounds(curves: readonly (readonly number[])[]) {
  const [min, max] = [
    [Infinity, Infinity],
    [-Infinity, -Infinity],
  ];
  for (const curve of curves)
    for (let i = 0; i < curve.length; i++) {
      const [axis, value] = [i & 1, curve[i] as number];
      if (value < (min[axis] as number)) min[axis] = value;
      if (value > (max[axis] as number)) max[axis] = value;
    }
  const [left, top, right, bottom] = [min[0] as number, min[1] as number, max[0] as number, max[1] as number];
  return { x: (left + right) / 2, y: (top + bottom) / 2, width: right - left, height: bottom - top };
}

/** Keeps a box that is moved by `shift` inside the image. */
function fit(shift: number, box: ReturnType<typeof bounds>, size: number, radius: number, axis: 'x' | 'y'): number {
  const reach = ((axis === 'x' ? box.width : box.height) / 2) * size + radius + MARGIN;
  const middle = box[axis] * size + shift;
  const kept = Math.max(Math.min(middle, 28 - reach), reach);
  return shift + (reach > 14 ? CENTRE : kept) - middle;
}
