/**
 * One material for all people. What is skin, hair or cloth is decided for each pixel by its place on the mesh in its first
 * shape (`ref`), so that edges are sharp although the mesh is small. The chest gives way and breathes in the vertex shader.
 */

import { Color, MeshLambertMaterial, Vector3 } from "three";

const VERTEX_HEAD = /* glsl */ `
attribute vec3 ref;
attribute float eye;
varying vec3 vRef;
varying float vEye;
uniform vec3 chest;
uniform float chestSize;
uniform float pressed;
uniform float breath;
uniform float belly;
uniform float sleeves;
uniform float bare;
uniform float legCut;
uniform float hairLong;
`;

const VERTEX = /* glsl */ `
vRef = ref;
vEye = eye;
{
  float front = smoothstep(-0.4, 0.5, objectNormal.z) * step(abs(ref.x), 0.22) * step(0.0, ref.y);
  vec2 away = (transformed.xy - chest.xy) / chestSize;
  transformed.z -= pressed * front * exp(-dot(away, away) * 5.0);
  float rise = front * exp(-dot(away, away) * 1.6);
  vec2 down = (transformed.xy - chest.xy + vec2(0.0, 0.9 * chestSize)) / chestSize;
  transformed.z += breath * (0.45 * rise + front * exp(-dot(down, down) * 2.4)) * chestSize * 0.11;
  transformed.z += belly * front * exp(-dot(down, down) * 2.0);
  float scalp = smoothstep(0.0, 0.03, (ref.y - 0.735 + 2.2 * hairLong * step(ref.z, 0.09)) - (ref.z - 0.055) * 0.85) * step(0.6, ref.y) * (1.0 - eye);
  float sleeve = length(vec3(abs(ref.x), ref.yz) - vec3(0.179, 0.495, 0.012)) * step(0.19, abs(ref.x));
  float cloth = smoothstep(0.57, 0.5, ref.y) * step(sleeve, sleeves) * (1.0 - bare);
  float legs = smoothstep(0.1, -0.1, ref.y) * smoothstep(-0.765, -0.72, ref.y) * step(abs(ref.x), 0.27) * (1.0 - legCut);
  transformed += objectNormal * chestSize * (0.05 * scalp * (1.0 + 14.0 * hairLong * smoothstep(0.085, 0.06, abs(ref.x)) ) + 0.045 * cloth + 0.075 * legs + 0.085 * smoothstep(-0.735, -0.76, ref.y));
}
`;

const FRAGMENT_HEAD = /* glsl */ `
varying vec3 vRef;
varying float vEye;
uniform vec3 skin;
uniform vec3 lips;
uniform vec3 shirt;
uniform vec3 trousers;
uniform vec3 shoes;
uniform vec3 hair;
uniform float sleeves;
uniform float bare;
uniform float wet;
uniform vec4 gauge;
uniform vec3 wound;
uniform float bleeding;
uniform float bandage;
uniform float legCut;
uniform float hairLong;
`;

const FRAGMENT = /* glsl */ `
{
  vec3 p = vRef;
  float side = abs(p.x);
  vec3 tone = skin;
  float edge = 0.004;
  // Face: lips, brows and a little warmth of the cheeks.
  vec2 mouth = (p.xy - vec2(0.0, 0.6655)) / vec2(0.026, 0.0085 + 0.002 * cos(p.x * 80.0));
  tone = mix(tone, lips, step(0.09, p.z) * (1.0 - smoothstep(0.55, 1.15, dot(mouth, mouth))));
  vec2 brow = (vec2(side, p.y) - vec2(0.034, 0.7545 - 0.35 * abs(side - 0.036))) / vec2(0.022, 0.0042);
  tone = mix(tone, mix(hair, skin, 0.15), step(0.1, p.z) * (1.0 - smoothstep(0.5, 1.2, dot(brow, brow))));
  float scalp = smoothstep(0.0, 0.006, (p.y - 0.752 + 2.2 * hairLong * smoothstep(0.105, 0.085, p.z)) - (p.z - 0.055) * 0.85 - 0.012 * sin(p.x * 70.0) * step(0.08, p.z));
  tone = mix(tone, hair, scalp * step(0.6, p.y));
  // Cloth.
  float arm = length(vec3(side, p.yz) - vec3(0.179, 0.495, 0.012)) * step(0.17, side);
  float neck = length(vec2(p.x, p.z - 0.0) / vec2(0.068, 0.08));
  float collar = mix(0.53 - 0.7 * max(0.0, 0.05 - side) * step(0.02, p.z), 0.578, smoothstep(0.97, 1.03, neck));
  float shirtHere = step(0.03, p.y) * (1.0 - smoothstep(collar - edge, collar, p.y)) * (1.0 - smoothstep(sleeves - edge, sleeves, arm));
  float open = bare * (0.17 + 0.02 * sin(p.y * 26.0));
  float opened = (1.0 - smoothstep(open - edge, open + edge, side)) * step(0.0, p.z) * step(0.001, bare) * step(0.09, p.y);
  vec3 cloth = shirt * (1.0 - 0.35 * (1.0 - smoothstep(0.0, 0.003, side)) * step(0.0, p.z));
  cloth *= 1.0 - 0.3 * bare * (1.0 - smoothstep(0.0, 0.012, abs(side - open)));
  tone = mix(tone, cloth, shirtHere * (1.0 - opened));
  float legs = 1.0 - smoothstep(0.052, 0.056, p.y);
  float cut = legCut * step(0.02, p.x) * smoothstep(-0.56, -0.555, p.y) * (1.0 - smoothstep(-0.06, -0.05, p.y));
  tone = mix(tone, trousers, legs * step(-0.745, p.y) * step(side, 0.26) * (1.0 - cut));
  tone = mix(tone, trousers * 0.45, step(0.04, p.y) * (1.0 - step(0.062, p.y)) * step(side, 0.2));
  tone = mix(tone, shoes, 1.0 - step(-0.745, p.y));
  // A wound with what runs out of it, and what is put on it.
  float gap = distance(p, wound);
  float run = gap * (0.75 + 0.25 * sin(p.x * 90.0 + p.y * 40.0));
  tone = mix(tone, vec3(0.27, 0.01, 0.012), step(0.001, bleeding) * (1.0 - smoothstep(0.03 * bleeding, 0.055 * bleeding + 0.012, run)));
  tone = mix(tone, vec3(0.86, 0.85, 0.8), bandage * (1.0 - smoothstep(0.066, 0.07, gap)));
  // The coloured chest: green where it is right, amber where it is not yet.
  float ring = distance(p.xy, vec2(0.0, 0.33)) * step(0.0, p.z);
  tone = mix(tone, gauge.rgb, gauge.a * step(0.0, p.z) * (1.0 - smoothstep(0.05, 0.058, ring)) * step(p.y, 0.5));
  // Eyeballs.
  vec2 pupil = vec2(side, p.y) - vec2(0.0315, 0.7335);
  float iris = length(pupil);
  vec3 ball = mix(vec3(0.82), vec3(0.11, 0.06, 0.04), 1.0 - smoothstep(0.0052, 0.006, iris));
  tone = mix(tone, ball, vEye);
  tone = mix(tone, tone * 0.82, wet * step(0.09, p.y) * step(0.0, p.z) * (1.0 - legs) * step(0.0, sin(p.x * 240.0) * sin(p.y * 190.0 + p.x * 60.0)));
  diffuseColor.rgb = tone;
}
`;

/** @typedef {{ shirt: number, trousers: number, shoes: number, hair: number, longSleeves: boolean, longHair?: boolean }} Clothes */

/** Skin that is well supplied, pale, and blue for want of oxygen; lips likewise. */
const WELL = { skin: new Color(0xd9a583), lips: new Color(0xb4695a) };
const PALE = { skin: new Color(0xc9b6a3), lips: new Color(0xa58f86) };
const BLUE = { skin: new Color(0x9d9fa8), lips: new Color(0x5d5a78) };

export class PersonMaterial extends MeshLambertMaterial {
  /** @param {Clothes} clothes */
  constructor(clothes) {
    super();
    this.values = {
      chest: { value: new Vector3(0, 1.2, 0) },
      chestSize: { value: 0.16 },
      pressed: { value: 0 },
      breath: { value: 0 },
      belly: { value: 0 },
      skin: { value: WELL.skin.clone() },
      lips: { value: WELL.lips.clone() },
      shirt: { value: new Color(clothes.shirt) },
      trousers: { value: new Color(clothes.trousers) },
      shoes: { value: new Color(clothes.shoes) },
      hair: { value: new Color(clothes.hair) },
      sleeves: { value: clothes.longSleeves ? 0.46 : 0.19 },
      bare: { value: 0 },
      wet: { value: 0 },
      gauge: { value: new Float32Array(4) },
      wound: { value: new Vector3(0, -9, 0) },
      bleeding: { value: 0 },
      bandage: { value: 0 },
      legCut: { value: 0 },
      hairLong: { value: clothes.longHair ? 0.045 : 0 },
    };
  }

  /**
   * @frame
   * @param {number} pallor 0..1
   * @param {number} cyanosis 0..1
   */
  colour(pallor, cyanosis) {
    const { skin, lips } = this.values;
    skin.value.copy(WELL.skin).lerp(PALE.skin, pallor).lerp(BLUE.skin, cyanosis * 0.8);
    lips.value.copy(WELL.lips).lerp(PALE.lips, pallor * 0.8).lerp(BLUE.lips, cyanosis);
  }

  /** @param {import("three").WebGLProgramParametersWithUniforms} shader */
  onBeforeCompile(shader) {
    Object.assign(shader.uniforms, this.values);
    shader.vertexShader = VERTEX_HEAD + shader.vertexShader.replace("#include <begin_vertex>", `#include <begin_vertex>\n${VERTEX}`);
    shader.fragmentShader = FRAGMENT_HEAD + shader.fragmentShader.replace("#include <color_fragment>", `#include <color_fragment>\n${FRAGMENT}`);
  }

  customProgramCacheKey() {
    return "person";
  }
}
