/** A calm dark room with the flat picture on a slightly curved screen, for watching in the headset. */

import {
  BackSide, CircleGeometry, CylinderGeometry, DoubleSide, Group, Mesh, ShaderMaterial, SphereGeometry, Vector2,
} from "three";

/** Metres from the viewer, and how much of the view the screen fills, in radians. */
export const SCREEN_DISTANCE = 3;
export const SCREEN_WIDTH_ANGLE = (62 * Math.PI) / 180;
const SCREEN_TALLEST = 2.2;
/** The reference space begins at the eyes. */
const FLOOR = -1.3;

const roomVertex = /* glsl */ `
  varying vec3 place;
  void main() {
    place = position;
    gl_Position = projectionMatrix * modelViewMatrix * vec4(position, 1.0);
  }
`;
const wallFragment = /* glsl */ `
  varying vec3 place;
  void main() {
    float height = clamp(normalize(place).y * 0.5 + 0.5, 0.0, 1.0);
    vec3 colour = mix(vec3(0.020, 0.028, 0.031), vec3(0.063, 0.086, 0.092), smoothstep(0.1, 0.75, height));
    // A trace of noise, or a headset shows the steps of so slow a gradient.
    float grain = fract(sin(dot(gl_FragCoord.xy, vec2(12.9898, 78.233))) * 43758.5453) - 0.5;
    gl_FragColor = vec4(colour + grain / 255.0, 1.0);
  }
`;
const floorFragment = /* glsl */ `
  varying vec3 place;
  uniform vec2 screen;
  void main() {
    float far = length(place.xy);
    float light = 0.10 * exp(-1.1 * distance(place.xy, screen));
    gl_FragColor = vec4(vec3(0.043, 0.057, 0.061) + light * vec3(0.55, 0.8, 0.8), 1.0 - smoothstep(2.0, 6.0, far));
  }
`;
const screenVertex = /* glsl */ `
  varying vec2 place;
  void main() {
    place = uv;
    gl_Position = projectionMatrix * modelViewMatrix * vec4(position, 1.0);
  }
`;
const screenFragment = /* glsl */ `
  uniform sampler2D picture;
  varying vec2 place;
  void main() {
    gl_FragColor = vec4(texture(picture, place).rgb, 1.0);
  }
`;

export class Theatre extends Group {
  #screen;

  /** @param {import("three").Texture} texture */
  constructor(texture) {
    super();
    const walls = new Mesh(
      new SphereGeometry(12, 48, 24),
      new ShaderMaterial({ vertexShader: roomVertex, fragmentShader: wallFragment, side: BackSide, depthWrite: false }),
    );
    walls.renderOrder = -3;
    const floor = new Mesh(
      new CircleGeometry(6, 64),
      new ShaderMaterial({
        uniforms: { screen: { value: new Vector2(0, SCREEN_DISTANCE) } },
        vertexShader: roomVertex,
        fragmentShader: floorFragment,
        transparent: true,
        depthWrite: false,
      }),
    );
    floor.rotation.x = -Math.PI / 2;
    floor.position.y = FLOOR;
    floor.renderOrder = -2;
    this.#screen = new Mesh(
      new CylinderGeometry(SCREEN_DISTANCE, SCREEN_DISTANCE, 1, 64, 1, true, Math.PI - SCREEN_WIDTH_ANGLE / 2, SCREEN_WIDTH_ANGLE),
      new ShaderMaterial({
        uniforms: { picture: { value: texture } },
        vertexShader: screenVertex,
        fragmentShader: screenFragment,
        side: DoubleSide,
        toneMapped: false,
      }),
    );
    this.#screen.name = "screen";
    // Seen from inside, a cylinder's texture runs from right to left.
    this.#screen.scale.x = -1;
    this.#screen.position.y = 0.15;
    this.#screen.renderOrder = -1;
    this.add(walls, floor, this.#screen);
    this.setAspect(16 / 9);
  }

  /**
   * Fits the screen to the picture's shape; a tall picture becomes narrower instead of towering.
   * @param {number} aspect width / height
   */
  setAspect(aspect) {
    const width = SCREEN_DISTANCE * SCREEN_WIDTH_ANGLE;
    const height = Math.min(width / aspect, SCREEN_TALLEST);
    const share = Math.min(1, (height * aspect) / width);
    const angle = SCREEN_WIDTH_ANGLE * share;
    this.#screen.geometry.dispose();
    this.#screen.geometry = new CylinderGeometry(
      SCREEN_DISTANCE, SCREEN_DISTANCE, height, 64, 1, true, Math.PI - angle / 2, angle,
    );
  }
}
