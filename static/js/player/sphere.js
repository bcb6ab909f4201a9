/**
 * The picture around the head: each pixel of the screen looks up its own direction in the equirectangular video, so
 * straight lines stay straight at every zoom (a textured sphere of triangles bends them).
 *
 * Colour: the video's texture holds sRGB-encoded values and so does the canvas; they pass through untouched.
 */

import { BackSide, Group, IcosahedronGeometry, Mesh, ShaderMaterial, Vector4 } from "three";

/** Layers as three.js counts them in WebXR: 1 is seen by the left eye only, 2 by the right eye only. */
export const LEFT_EYE = 1;
export const RIGHT_EYE = 2;

const vertexShader = /* glsl */ `
  varying vec3 direction;
  void main() {
    direction = position;
    // Only the rotation of the view: the picture is infinitely far for both eyes.
    gl_Position = projectionMatrix * vec4(mat3(modelViewMatrix) * position, 1.0);
  }
`;

const fragmentShader = /* glsl */ `
  uniform sampler2D picture;
  uniform vec4 part; // bottom and height of this eye's half, and half a texel as margin to the other eye's half
  varying vec3 direction;
  const float TURN = 6.283185307179586;
  void main() {
    vec3 d = normalize(direction);
    float u = atan(d.x, -d.z) / TURN + 0.5;
    float v = atan(d.y, length(d.xz)) / (0.5 * TURN) + 0.5;
    // u jumps from 1 to 0 behind the viewer; of the two ways to differentiate it, the small one is the true one.
    float wrapped = fract(u + 0.5);
    vec2 du = vec2(dFdx(u), dFdy(u));
    vec2 dw = vec2(dFdx(wrapped), dFdy(wrapped));
    vec2 across = dot(du, du) < dot(dw, dw) ? du : dw;
    float y = clamp(part.x + v * part.y, part.x + part.z, part.x + part.y - part.z);
    gl_FragColor = vec4(textureGrad(picture, vec2(u, y), vec2(across.x, dFdx(v) * part.y), vec2(across.y, dFdy(v) * part.y)).rgb, 1.0);
  }
`;

/**
 * @param {import("three").Texture} texture
 * @param {number} bottom of this eye's part of the picture, 0..1
 * @param {number} height of it, 0..1
 */
function eyeMaterial(texture, bottom, height) {
  return new ShaderMaterial({
    uniforms: { picture: { value: texture }, part: { value: new Vector4(bottom, height, 0, 0) } },
    vertexShader,
    fragmentShader,
    side: BackSide,
    depthTest: false,
    depthWrite: false,
    toneMapped: false,
  });
}

export class Sphere extends Group {
  /** @type {ShaderMaterial[]} */
  #materials = [];

  /**
   * @param {import("three").Texture} texture
   * @param {"mono" | "top-bottom"} stereo top-bottom: the left eye's picture is the upper half
   */
  constructor(texture, stereo) {
    super();
    // Any closed body would do, since the shader only takes directions from it. With small faces, none that is seen has a
    // corner at a right angle to the view, where w is 0 and a software renderer's clipping breaks down.
    const geometry = new IcosahedronGeometry(10, 3);
    /** @param {ShaderMaterial} material @param {number | null} eye */
    const surround = (material, eye) => {
      const mesh = new Mesh(geometry, material);
      mesh.frustumCulled = false;
      mesh.renderOrder = -1;
      if (eye !== null) mesh.layers.set(eye);
      this.#materials.push(material);
      this.add(mesh);
    };
    if (stereo === "top-bottom") {
      surround(eyeMaterial(texture, 0.5, 0.5), LEFT_EYE);
      surround(eyeMaterial(texture, 0, 0.5), RIGHT_EYE);
    } else {
      surround(eyeMaterial(texture, 0, 1), null);
    }
  }

  /**
   * Says how many lines the picture has, for the margin between the eyes' halves.
   * @param {number} lines
   */
  setPictureHeight(lines) {
    for (const material of this.#materials) material.uniforms.part.value.z = lines > 0 ? 0.5 / lines : 0;
  }
}
