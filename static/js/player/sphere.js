/**
 * The picture around the head: each pixel of the screen looks up its own direction in the equirectangular video, so
 * straight lines stay straight at every zoom (a textured sphere of triangles bends them).
 *
 * Colour: the video's texture holds sRGB-encoded values and so does the canvas; they pass through untouched.
 */

import { BackSide, Group, IcosahedronGeometry, Mesh, ShaderMaterial, Vector2, Vector4 } from "three";

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

  #ifdef PACKED
    // A tile of the large picture where the map says that it is there, else the small whole sphere (packed-layout.js).
    uniform sampler2D map;
    uniform vec2 size;
    uniform vec2 cells[CELLS];
    uniform vec2 low[LOW_TILES];
    vec4 packedColour(vec2 place) {
      vec2 at = place * vec2(COLUMNS, ROWS);
      ivec2 tile = ivec2(min(at, vec2(COLUMNS, ROWS) - 1.0));
      int cell = int(255.0 * texelFetch(map, ivec2(tile.y * int(COLUMNS) + tile.x, 0), 0).r + 0.5);
      vec2 corner;
      vec2 extent = vec2(TILE_SIZE);
      if (cell > 0) corner = cells[cell - 1];
      else {
        at = place * vec2(LOW_GRID);
        tile = ivec2(min(at, vec2(LOW_GRID) - 1.0));
        corner = low[tile.y * int(vec2(LOW_GRID).x) + tile.x];
        extent = vec2(LOW_TILE_SIZE);
      }
      // Half a texel inside, so that no colour of the neighbour in the packed picture bleeds in.
      vec2 inside = clamp((at - vec2(tile)) * extent, vec2(0.5), extent - 0.5);
      vec2 from = corner + inside;
      return textureLod(picture, vec2(from.x, size.y - from.y) / size, 0.0);
    }
  #endif

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
    #ifdef PACKED
    gl_FragColor = vec4(packedColour(vec2(fract(u), 1.0 - y)).rgb, 1.0);
    #else
    gl_FragColor = vec4(textureGrad(picture, vec2(u, y), vec2(across.x, dFdx(v) * part.y), vec2(across.y, dFdy(v) * part.y)).rgb, 1.0);
    #endif
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

  /** @param {import("three").Texture} texture where colours come from, from now on */
  setTexture(texture) {
    for (const material of this.#materials) material.uniforms.picture.value = texture;
  }

  /**
   * Takes colours out of packed pictures from now on, or out of whole ones again.
   * @param {{ packing: import("./tiled/packed-layout.js").Packing, map: import("three").Texture } | null} packed
   */
  setPacking(packed) {
    for (const material of this.#materials) {
      for (const name of PACKED_UNIFORMS) delete material.uniforms[name];
      material.defines = packed ? packedDefines(packed.packing) : {};
      if (packed) Object.assign(material.uniforms, packedUniforms(packed.packing, packed.map));
      material.needsUpdate = true;
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

const PACKED_UNIFORMS = ["map", "size", "cells", "low"];

/** @param {number} x @param {number} y */
const pair = (x, y) => `${x.toFixed(1)}, ${y.toFixed(1)}`;

/** @param {import("./tiled/packed-layout.js").Packing} packing */
function packedDefines(packing) {
  return {
    PACKED: "", CELLS: packing.cells.length, LOW_TILES: packing.low.length, COLUMNS: packing.columns.toFixed(1), ROWS: packing.rows.toFixed(1),
    TILE_SIZE: pair(packing.tileWidth, packing.tileHeight), LOW_GRID: pair(packing.lowColumns, packing.lowRows),
    LOW_TILE_SIZE: pair(packing.lowTileWidth, packing.lowTileHeight),
  };
}

/**
 * @param {import("./tiled/packed-layout.js").Packing} packing
 * @param {import("three").Texture} map
 */
function packedUniforms(packing, map) {
  const corners = (/** @type {[number, number][]} */ list) => list.map(([x, y]) => new Vector2(x, y));
  return {
    map: { value: map }, size: { value: new Vector2(packing.width, packing.height) }, cells: { value: corners(packing.cells) },
    low: { value: corners(packing.low) },
  };
}
