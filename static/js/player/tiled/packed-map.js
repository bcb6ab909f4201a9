/**
 * Finds out, on the graphics chip, which tiles a packed picture holds: reads the strips of the very texture that is about
 * to be drawn, and writes for each tile of the large picture which cell it stands in. So no picture is ever shown with
 * another picture's map, however late the browser tells which one it has uploaded. The sum is that of region-map.js.
 */

import {
  DataTexture, FloatType, GLSL3, Mesh, NearestFilter, OrthographicCamera, PlaneGeometry, RawShaderMaterial, RGBAFormat, Scene, Vector2,
  WebGLRenderTarget,
} from "three";
import { binomials } from "./region-map.js";

/** Numbers of up to 72 bits as four limbs, each small enough to be exact in a float. */
const LIMB = 18;

const vertexShader = /* glsl */ `
  in vec3 position;
  void main() { gl_Position = vec4(position.xy * 2.0, 0.0, 1.0); }
`;

const fragmentShader = /* glsl */ `
  precision highp float;
  precision highp int;
  uniform sampler2D picture;
  uniform sampler2D table;
  uniform vec2 size;
  uniform vec2 strips[STRIPS];
  out vec4 cell;
  const float BASE = float(1 << LIMB);

  bool less(vec4 a, vec4 b) {
    if (a.w != b.w) return a.w < b.w;
    if (a.z != b.z) return a.z < b.z;
    if (a.y != b.y) return a.y < b.y;
    return a.x < b.x;
  }
  vec4 carried(vec4 n) {
    for (int i = 0; i < 3; i++) {
      float over = floor(n[i] / BASE);
      n[i] -= over * BASE;
      n[i + 1] += over;
    }
    return n;
  }
  vec4 choose(int n, int k) { return texelFetch(table, ivec2(k, n), 0); }
  float bitAt(int strip, int bit) {
    vec2 at = strips[strip] + vec2((float(bit) + 0.5) * BIT_WIDTH, 0.5 * MAP_HEIGHT);
    return step(0.5, texture(picture, vec2(at.x, size.y - at.y) / size).g);
  }
  void main() {
    vec4 number = vec4(0.0);
    for (int strip = 0; strip < STRIPS; strip++)
      for (int bit = 0; bit < BITS; bit++) number = carried(2.0 * number + vec4(bitAt(strip, bit), 0.0, 0.0, 0.0));
    int count = 0;
    while (count < CELLS && !less(number, choose(TILES, count))) number = carried(number - choose(TILES, count++));
    int mine = int(gl_FragCoord.x);
    float found = 0.0;
    for (int tile = TILES - 1; tile >= 0 && count > 0; tile--) {
      if (less(number, choose(tile, count))) continue;
      number = carried(number - choose(tile, count));
      if (tile == mine) found = float(count);
      count--;
    }
    cell = vec4(found / 255.0, 0.0, 0.0, 1.0);
  }
`;

export class PackedMap {
  #scene = new Scene();
  #camera = new OrthographicCamera();
  #material;
  #table;
  #target;

  /**
   * @param {import("three").Texture} picture
   * @param {import("./packed-layout.js").Packing} packing
   */
  constructor(picture, packing) {
    const tiles = packing.columns * packing.rows;
    const cells = packing.cells.length;
    this.#table = tableOf(tiles, cells + 1);
    const { strips, bits, bitWidth, height } = packing.map;
    this.#material = new RawShaderMaterial({
      glslVersion: GLSL3,
      defines: {
        TILES: tiles, CELLS: cells, STRIPS: strips.length, BITS: bits, LIMB, BIT_WIDTH: bitWidth.toFixed(1), MAP_HEIGHT: height.toFixed(1),
      },
      uniforms: {
        picture: { value: picture }, table: { value: this.#table }, size: { value: new Vector2(packing.width, packing.height) },
        strips: { value: strips.map(([x, y]) => new Vector2(x, y)) },
      },
      vertexShader, fragmentShader, depthTest: false, depthWrite: false,
    });
    const plane = new Mesh(new PlaneGeometry(1, 1), this.#material);
    plane.frustumCulled = false;
    this.#scene.add(plane);
    this.#target = new WebGLRenderTarget(tiles, 1, { minFilter: NearestFilter, magFilter: NearestFilter, depthBuffer: false, generateMipmaps: false });
  }

  /** For each tile, in red: 0 where it is not there, else its cell counted from 1, of 255. */
  get texture() {
    return this.#target.texture;
  }

  /**
   * Reads the picture that the texture holds now.
   * @frame
   * @param {import("three").WebGLRenderer} renderer
   */
  update(renderer) {
    const target = renderer.getRenderTarget();
    const inHeadset = renderer.xr.enabled;
    renderer.xr.enabled = false;
    renderer.setRenderTarget(this.#target);
    renderer.render(this.#scene, this.#camera);
    renderer.setRenderTarget(target);
    renderer.xr.enabled = inHeadset;
  }

  dispose() {
    this.#material.dispose();
    this.#table.dispose();
    this.#target.dispose();
  }
}

/**
 * C(n, k) as limbs: row n, column k.
 * @param {number} tiles
 * @param {number} columns
 */
function tableOf(tiles, columns) {
  const data = new Float32Array(4 * columns * (tiles + 1));
  const mask = (1n << BigInt(LIMB)) - 1n;
  binomials(tiles, columns - 1).forEach((row, n) =>
    row.forEach((value, k) => {
      for (let limb = 0; limb < 4; limb++) data[4 * (n * columns + k) + limb] = Number((value >> BigInt(LIMB * limb)) & mask);
    }),
  );
  const texture = new DataTexture(data, columns, tiles + 1, RGBAFormat, FloatType);
  texture.needsUpdate = true;
  return texture;
}
