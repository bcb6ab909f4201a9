/** Smaller things: phone, tourniquet, dressing, mask, blanket, first-aid box, and what lies on the patient once used. */

import { BoxGeometry, CylinderGeometry, Group, Mesh, MeshBasicMaterial, MeshLambertMaterial, PlaneGeometry, SphereGeometry, TorusGeometry } from "three";
import { mergeGeometries } from "three/addons/utils/BufferGeometryUtils.js";

/** @param {import("three").BufferGeometry} geometry @param {number} colour */
const body = (geometry, colour) => new Mesh(geometry, new MeshLambertMaterial({ color: colour }));

/** Height of the crash trolley's top, on which the defibrillator stands. */
export const TROLLEY_TOP = 1.01;

/** @type {Record<string, () => Group>} */
const MAKERS = {
  phone: () => {
    const screen = new Mesh(new PlaneGeometry(0.062, 0.13).rotateX(-Math.PI / 2), new MeshBasicMaterial({ color: 0x9fd8d0 }));
    screen.position.y = 0.0055;
    return new Group().add(body(new BoxGeometry(0.072, 0.01, 0.15), 0x1c201f), screen);
  },
  tourniquet: () => {
    const rod = body(new CylinderGeometry(0.006, 0.006, 0.13, 10).rotateZ(Math.PI / 2), 0xd7b25a);
    rod.position.y = 0.02;
    return new Group().add(body(new BoxGeometry(0.3, 0.012, 0.04), 0x1c201f), body(new BoxGeometry(0.05, 0.022, 0.05), 0xc8502f), rod);
  },
  gauze: () => new Group().add(body(new CylinderGeometry(0.035, 0.035, 0.08, 20).rotateZ(Math.PI / 2), 0xf4f2ea)),
  gloves: () => new Group().add(body(new BoxGeometry(0.13, 0.03, 0.18), 0x6fa8c8)),
  marker: () => new Group().add(body(new CylinderGeometry(0.007, 0.007, 0.13, 10).rotateZ(Math.PI / 2), 0x1f1d1a)),
  blanket: () => new Group().add(body(new BoxGeometry(0.24, 0.05, 0.18), 0xd7b25a)),
  mask: () => new Group().add(body(new SphereGeometry(0.06, 18, 12).scale(1, 0.55, 1.2), 0xb8dce0)),
  trolley: () => {
    const trim = [new BoxGeometry(0.66, 0.05, 0.5).translate(0, TROLLEY_TOP - 0.03, 0)];
    for (let i = 0; i < 4; i++) trim.push(new BoxGeometry(0.54, 0.02, 0.02).translate(0, 0.22 + 0.2 * i, 0.225));
    return new Group().add(body(new BoxGeometry(0.6, 0.9, 0.45).translate(0, 0.5, 0), 0xb23c26), body(mergeGeometries(trim), 0xe8e6e0));
  },
};

/**
 * @param {string} kind as in a definition's objects
 * @returns {Group}
 */
export function thing(kind) {
  const made = (MAKERS[kind] ?? MAKERS.gloves)();
  made.name = kind;
  return made;
}

/** The strap around a thigh, and its rod. @param {number} radius metres */
export function tiedTourniquet(radius) {
  const strap = body(new TorusGeometry(radius, 0.014, 10, 32).rotateX(Math.PI / 2).scale(1, 1.6, 1), 0x1c201f);
  const rod = body(new CylinderGeometry(0.006, 0.006, 0.13, 10).rotateX(Math.PI / 2), 0xd7b25a);
  rod.position.z = radius + 0.018;
  rod.rotation.z = 0.5;
  return new Group().add(strap, rod);
}

/** A blanket over somebody who lies. @param {number} height of the person, metres */
export function spreadBlanket(height) {
  const cloth = body(new SphereGeometry(0.5, 24, 12, 0, Math.PI * 2, 0, Math.PI / 2).scale(0.72, 0.44, height * 0.78), 0xd7b25a);
  cloth.position.set(0, 0, height * 0.24);
  return new Group().add(cloth);
}

/** A pool on the floor that grows. */
export function pool() {
  const spot = new Mesh(new CylinderGeometry(0.5, 0.5, 0.004, 32), new MeshLambertMaterial({ color: 0x5a0c0c, transparent: true, opacity: 0.9 }));
  spot.visible = false;
  return spot;
}
