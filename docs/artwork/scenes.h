/* The scenes. A person is posed by joints; colours index the palette. */
enum { FLOOR, SKIN, SKIN_2, TEAL, SAND, DEEP, WHITE, CORAL, HAIR, HAIR_2, STEEL, SHOE };

typedef struct {
    V head, neck, chest, waist, hips;         /* centre line; head is the middle of the skull */
    V shoulder[2], elbow[2], wrist[2], hand[2];
    V hip[2], knee[2], ankle[2], toe[2];
    int skin, hair, top, bottom, bare_arms;
} Pose;

static V srgb(int hex) {
    float r = ((hex >> 16) & 255) / 255.f, g = ((hex >> 8) & 255) / 255.f, b = (hex & 255) / 255.f;
    return v(powf(r, 2.2f), powf(g, 2.2f), powf(b, 2.2f));
}

static void person(const Pose *p, V face) {
    begin();
    face = unit(face);
    V across = unit(sub(p->shoulder[0], p->shoulder[1]));
    limb(p->top, add(p->chest, mul(across, 0.075f)), add(p->waist, mul(across, 0.045f)), 0.118f, 0.098f);
    limb(p->top, sub(p->chest, mul(across, 0.075f)), sub(p->waist, mul(across, 0.045f)), 0.118f, 0.098f);
    limb(p->bottom, add(p->waist, mul(across, 0.03f)), add(p->hips, mul(across, 0.055f)), 0.100f, 0.112f);
    limb(p->bottom, sub(p->waist, mul(across, 0.03f)), sub(p->hips, mul(across, 0.055f)), 0.100f, 0.112f);
    for (int s = 0; s < 2; s++) {
        int sleeve = p->top, forearm = p->bare_arms ? p->skin : p->top;
        limb(sleeve, mix(p->chest, p->shoulder[s], 0.55f), p->shoulder[s], 0.085f, 0.066f);
        limb(sleeve, p->shoulder[s], p->elbow[s], 0.064f, 0.048f);
        if (p->bare_arms) limb(p->skin, mix(p->shoulder[s], p->elbow[s], 0.72f), p->elbow[s], 0.045f, 0.042f);
        limb(forearm, p->elbow[s], p->wrist[s], 0.044f, 0.031f);
        limb(p->skin, p->wrist[s], mix(p->wrist[s], p->hand[s], 0.6f), 0.031f, 0.039f);
        limb(p->skin, mix(p->wrist[s], p->hand[s], 0.6f), p->hand[s], 0.037f, 0.022f);
        limb(p->bottom, p->hip[s], p->knee[s], 0.092f, 0.064f);
        limb(p->bottom, p->knee[s], p->ankle[s], 0.062f, 0.042f);
        limb(SHOE, p->ankle[s], p->toe[s], 0.046f, 0.036f);
    }
    limb(p->skin, p->chest, p->neck, 0.055f, 0.047f);
    limb(p->skin, p->neck, mix(p->neck, p->head, 0.7f), 0.047f, 0.052f);
    begin();
    V up = unit(sub(p->head, p->neck)), jaw = add(p->head, add(mul(up, -0.058f), mul(face, 0.034f)));
    limb(p->skin, add(p->head, mul(up, 0.022f)), jaw, 0.094f, 0.058f);
    limb(p->skin, add(p->head, mul(face, 0.086f)), add(jaw, add(mul(face, 0.040f), mul(up, 0.026f))), 0.008f, 0.018f);
    V ear = unit(cross(up, face));
    for (int s = -1; s < 2; s += 2) limb(p->skin, add(p->head, mul(ear, 0.090f * s)), add(p->head, add(mul(ear, 0.088f * s), mul(up, -0.03f))), 0.017f, 0.013f);
    V crown = add(p->head, add(mul(up, 0.045f), mul(face, -0.022f)));
    part(CONE, p->hair, add(crown, mul(face, 0.012f)), add(p->head, add(mul(face, -0.036f), mul(up, -0.012f))), 0.086f, 0.082f, 0.006f);
    part(CONE, p->hair, add(crown, mul(face, 0.030f)), add(crown, mul(face, -0.02f)), 0.074f, 0.080f, 0.010f);
}

static void colours(void) {
    palette[FLOOR] = srgb(0x2c7a75); palette[SKIN] = srgb(0xd9a179); palette[SKIN_2] = srgb(0xc08a63);
    palette[TEAL] = srgb(0x1f8f88); palette[SAND] = srgb(0xe6d5b8); palette[DEEP] = srgb(0x2b3a4a);
    palette[WHITE] = srgb(0xf3efe6); palette[CORAL] = srgb(0xe2603f); palette[HAIR] = srgb(0x2a211d);
    palette[HAIR_2] = srgb(0x8b8680); palette[STEEL] = srgb(0x9fb0b3); palette[SHOE] = srgb(0x3a3735);
}

/* An adult on the back, head towards -x; the chest at x about -0.34, y 0.23. */
static Pose lying(void) {
    Pose p = {.skin = SKIN_2, .hair = HAIR_2, .top = SAND, .bottom = DEEP, .bare_arms = 1};
    p.head = v(-0.83f, 0.115f, 0); p.neck = v(-0.68f, 0.105f, 0); p.chest = v(-0.46f, 0.130f, 0);
    p.waist = v(-0.17f, 0.115f, 0); p.hips = v(0.03f, 0.115f, 0);
    for (int s = 0; s < 2; s++) {
        float z = s ? -1 : 1;
        p.shoulder[s] = v(-0.53f, 0.105f, 0.19f * z);
        p.elbow[s] = v(-0.30f, 0.055f, (s ? 0.30f : 0.36f) * z);
        p.wrist[s] = v(-0.06f, 0.045f, (s ? 0.33f : 0.45f) * z);
        p.hand[s] = v(0.07f, 0.035f, (s ? 0.33f : 0.49f) * z);
        p.hip[s] = v(0.07f, 0.105f, 0.095f * z); p.knee[s] = v(0.48f, 0.095f, 0.12f * z);
        p.ankle[s] = v(0.88f, 0.062f, 0.15f * z); p.toe[s] = v(0.95f, 0.16f, 0.20f * z);
    }
    return p;
}

/* Kneeling at the patient's far side, arms straight, heels of the hands on the lower half of the breastbone. */
static Pose compressing(void) {
    Pose p = {.skin = SKIN, .hair = HAIR, .top = TEAL, .bottom = DEEP, .bare_arms = 1};
    p.hips = v(-0.36f, 0.44f, -0.62f); p.waist = v(-0.36f, 0.58f, -0.49f); p.chest = v(-0.36f, 0.77f, -0.25f);
    p.neck = v(-0.36f, 0.92f, -0.13f); p.head = v(-0.36f, 1.03f, -0.03f);
    for (int s = 0; s < 2; s++) {
        float x = s ? 1 : -1;
        p.shoulder[s] = v(-0.36f + 0.185f * x, 0.83f, -0.16f); p.elbow[s] = v(-0.36f + 0.105f * x, 0.55f, -0.07f);
        p.wrist[s] = v(-0.36f + 0.022f * x, 0.315f, -0.015f); p.hand[s] = v(-0.36f + 0.012f * x, 0.262f, 0.05f);
        p.hip[s] = v(-0.36f + 0.09f * x, 0.42f, -0.62f); p.knee[s] = v(-0.36f + 0.20f * x, 0.075f, -0.36f);
        p.ankle[s] = v(-0.36f + 0.17f * x, 0.06f, -0.80f); p.toe[s] = v(-0.36f + 0.17f * x, 0.045f, -0.93f);
    }
    return p;
}

static void defibrillator(V at) {
    begin();
    box(CORAL, add(at, v(0, 0.085f, 0)), v(0.15f, 0.085f, 0.11f), 0.035f);
    begin();
    box(WHITE, add(at, v(0, 0.172f, 0)), v(0.105f, 0.008f, 0.07f), 0.006f);
    begin();
    for (int s = -1; s < 2; s += 2) /* a heart */
        limb(CORAL, add(at, v(0.022f * s, 0.170f, -0.014f)), add(at, v(0.002f * s, 0.172f, 0.034f)), 0.027f, 0.010f);
}

static void collapse(void) {
    camera = v(1.35f, 1.62f, 2.75f); target = v(-0.10f, 0.10f, -0.10f); lens = 1.38f;
    Pose patient = lying(), helper = compressing();
    person(&patient, v(-0.25f, 1, 0));
    person(&helper, v(0.05f, -0.75f, 0.66f));
    defibrillator(v(0.34f, 0, -0.52f));
}

static void cpr_hands(void) {
    collapse();
    camera = v(0.60f, 0.92f, 1.50f); target = v(-0.30f, 0.47f, -0.08f); lens = 1.42f;
}

static void aed(void) {
    camera = v(0.45f, 1.55f, -1.05f); target = v(-0.36f, 0.10f, -0.03f); lens = 1.55f;
    Pose patient = lying();
    patient.top = SKIN_2;
    person(&patient, v(-0.25f, 1, 0));
    /* pads: below the right clavicle (+z is the patient's right), under the left armpit */
    begin();
    part(BALL, WHITE, v(-0.50f, 0.222f, 0.100f), v(0.066f, 0.034f, 0.054f), 0, 0, 0.002f);
    begin();
    part(BALL, WHITE, v(-0.30f, 0.165f, -0.172f), v(0.070f, 0.056f, 0.034f), 0, 0, 0.002f);
    defibrillator(v(-0.66f, 0, -0.52f));
    begin();
    limb(STEEL, v(-0.55f, 0.09f, -0.46f), v(-0.46f, 0.07f, -0.36f), 0.007f, 0.007f);
    limb(STEEL, v(-0.46f, 0.07f, -0.36f), v(-0.33f, 0.15f, -0.20f), 0.007f, 0.007f);
    begin();
    limb(STEEL, v(-0.60f, 0.12f, -0.43f), v(-0.63f, 0.16f, -0.24f), 0.007f, 0.007f);
    limb(STEEL, v(-0.63f, 0.16f, -0.24f), v(-0.55f, 0.245f, 0.06f), 0.007f, 0.007f);
}

/* Standing and bent forward, hands at the throat, facing +x. */
static Pose choking_person(void) {
    Pose p = {.skin = SKIN_2, .hair = HAIR, .top = SAND, .bottom = DEEP, .bare_arms = 1};
    p.hips = v(-0.05f, 0.90f, 0.05f); p.waist = v(0.04f, 1.04f, 0.05f); p.chest = v(0.24f, 1.24f, 0.05f);
    p.neck = v(0.40f, 1.33f, 0.05f); p.head = v(0.535f, 1.365f, 0.05f);
    for (int s = 0; s < 2; s++) {
        float z = s ? -1 : 1;
        p.shoulder[s] = v(0.30f, 1.27f, 0.05f + 0.185f * z); p.elbow[s] = v(0.46f, 1.02f, 0.05f + 0.17f * z);
        p.wrist[s] = v(0.52f, 1.20f, 0.05f + 0.055f * z); p.hand[s] = v(0.475f, 1.275f, 0.05f + 0.02f * z);
        p.hip[s] = v(-0.05f, 0.88f, 0.05f + 0.095f * z); p.knee[s] = v(0.07f, 0.48f, 0.05f + 0.12f * z);
        p.ankle[s] = v(-0.02f, 0.07f, 0.05f + 0.14f * z); p.toe[s] = v(0.13f, 0.04f, 0.05f + 0.16f * z);
    }
    return p;
}

/* Behind and to the side: one hand supports the chest, the heel of the other strikes between the shoulder blades. */
static Pose striking(void) {
    Pose p = {.skin = SKIN, .hair = HAIR, .top = TEAL, .bottom = DEEP, .bare_arms = 1};
    p.hips = v(-0.34f, 0.92f, -0.33f); p.waist = v(-0.32f, 1.08f, -0.32f); p.chest = v(-0.24f, 1.33f, -0.30f);
    p.neck = v(-0.19f, 1.50f, -0.28f); p.head = v(-0.15f, 1.63f, -0.26f);
    p.shoulder[0] = v(-0.22f, 1.42f, -0.11f); p.elbow[0] = v(-0.16f, 1.62f, 0.12f);
    p.wrist[0] = v(0.06f, 1.53f, 0.08f); p.hand[0] = v(0.16f, 1.475f, 0.06f);
    p.shoulder[1] = v(-0.17f, 1.41f, -0.46f); p.elbow[1] = v(0.06f, 1.17f, -0.42f);
    p.wrist[1] = v(0.27f, 1.13f, -0.22f); p.hand[1] = v(0.34f, 1.14f, -0.06f);
    for (int s = 0; s < 2; s++) {
        float z = s ? -1 : 1;
        p.hip[s] = v(-0.34f, 0.90f, -0.33f + 0.095f * z); p.knee[s] = v(-0.27f + 0.10f * s, 0.49f, -0.33f + 0.13f * z);
        p.ankle[s] = v(-0.38f + 0.22f * s, 0.07f, -0.33f + 0.15f * z); p.toe[s] = v(-0.24f + 0.22f * s, 0.04f, -0.33f + 0.17f * z);
    }
    return p;
}

static void choking(void) {
    camera = v(1.25f, 1.62f, 3.05f); target = v(0.08f, 0.80f, -0.10f); lens = 1.42f;
    Pose sick = choking_person(), helper = striking();
    person(&sick, v(0.75f, -0.66f, 0));
    person(&helper, v(0.95f, -0.30f, 0.25f));
}

static void back_blows(void) {
    choking();
    camera = v(1.15f, 1.75f, 2.05f); target = v(0.12f, 1.22f, 0.0f); lens = 1.75f;
}

/* Kneeling, an infant face down along the left forearm, head lower than hips; the hand holds the jaw, the heel of the other
 * strikes between the shoulder blades. */
static Pose striking_infant(void) {
    Pose p = {.skin = SKIN, .hair = HAIR, .top = TEAL, .bottom = DEEP, .bare_arms = 1};
    p.hips = v(0, 0.32f, -0.30f); p.waist = v(0, 0.47f, -0.27f); p.chest = v(0, 0.73f, -0.19f);
    p.neck = v(0.01f, 0.89f, -0.11f); p.head = v(0.03f, 1.01f, -0.03f);
    p.shoulder[0] = v(0.185f, 0.79f, -0.15f); p.elbow[0] = v(0.28f, 0.52f, -0.06f);
    p.wrist[0] = v(0.15f, 0.385f, 0.22f); p.hand[0] = v(0.11f, 0.345f, 0.30f);
    p.shoulder[1] = v(-0.185f, 0.80f, -0.14f); p.elbow[1] = v(-0.20f, 0.84f, 0.14f);
    p.wrist[1] = v(0.07f, 0.725f, 0.175f); p.hand[1] = v(0.155f, 0.635f, 0.185f);
    for (int s = 0; s < 2; s++) {
        float x = s ? -1 : 1;
        p.hip[s] = v(0.09f * x, 0.30f, -0.28f); p.knee[s] = v(0.19f * x, 0.19f, 0.15f);
        p.ankle[s] = v(0.15f * x, 0.06f, -0.30f); p.toe[s] = v(0.15f * x, 0.045f, -0.43f);
    }
    return p;
}

static void infant_face_down(V hips, V chest, V head) {
    V along = unit(sub(chest, hips)), across = unit(cross(along, v(0, 1, 0)));
    begin();
    limb(SAND, chest, mix(chest, hips, 0.6f), 0.074f, 0.072f);
    limb(WHITE, mix(chest, hips, 0.75f), hips, 0.078f, 0.076f);
    for (int s = -1; s < 2; s += 2) {
        V shoulder = add(chest, mul(across, 0.070f * s)), hand = add(shoulder, v(0.035f * s, -0.16f, 0.05f));
        limb(SAND, shoulder, mix(shoulder, hand, 0.5f), 0.034f, 0.030f);
        limb(SKIN_2, mix(shoulder, hand, 0.5f), hand, 0.027f, 0.022f);
        V hip = add(hips, mul(across, 0.050f * s)), knee = add(hip, add(mul(across, 0.075f * s), v(0, -0.06f, -0.06f)));
        limb(SKIN_2, hip, knee, 0.046f, 0.038f);
        limb(SKIN_2, knee, add(knee, v(0.01f * s, -0.13f, 0.02f)), 0.036f, 0.026f);
    }
    limb(SKIN_2, chest, head, 0.045f, 0.050f);
    begin();
    part(BALL, SKIN_2, head, v(0.076f, 0.074f, 0.082f), 0, 0, 0.004f);
    part(BALL, HAIR, add(head, v(0.006f, 0.020f, 0.004f)), v(0.076f, 0.066f, 0.080f), 0, 0, 0.006f);
}

static void infant_blows(void) {
    camera = v(1.05f, 1.20f, 1.70f); target = v(0.06f, 0.60f, 0.04f); lens = 1.85f;
    Pose helper = striking_infant();
    person(&helper, v(0.25f, -0.72f, 0.65f));
    infant_face_down(v(0.275f, 0.645f, -0.03f), v(0.185f, 0.520f, 0.175f), v(0.125f, 0.430f, 0.325f));
}

/* Behind, both arms around the waist, fist above the navel. */
static Pose thrusting(void) {
    Pose p = {.skin = SKIN, .hair = HAIR, .top = TEAL, .bottom = DEEP, .bare_arms = 1};
    p.hips = v(-0.36f, 0.88f, 0.05f); p.waist = v(-0.32f, 1.03f, 0.05f); p.chest = v(-0.20f, 1.27f, 0.05f);
    p.neck = v(-0.11f, 1.43f, 0.05f); p.head = v(-0.04f, 1.55f, 0.10f);
    for (int s = 0; s < 2; s++) {
        float z = s ? -1 : 1;
        p.shoulder[s] = v(-0.17f, 1.34f, 0.05f + 0.19f * z); p.elbow[s] = v(0.02f, 1.09f, 0.05f + 0.27f * z);
        p.wrist[s] = v(0.20f, 1.04f, 0.05f + 0.13f * z); p.hand[s] = v(0.225f, 1.045f, 0.05f + 0.035f * z);
        p.hip[s] = v(-0.36f, 0.86f, 0.05f + 0.095f * z); p.knee[s] = v(-0.26f - 0.1f * s, 0.46f, 0.05f + 0.15f * z);
        p.ankle[s] = v(-0.34f - 0.16f * s, 0.07f, 0.05f + 0.18f * z); p.toe[s] = v(-0.20f - 0.16f * s, 0.04f, 0.05f + 0.20f * z);
    }
    return p;
}

static void thrusts(void) {
    camera = v(1.15f, 1.65f, 2.05f); target = v(0.06f, 1.16f, 0.03f); lens = 1.75f;
    Pose sick = choking_person(), helper = thrusting();
    sick.waist = v(0.0f, 1.05f, 0.05f); sick.chest = v(0.14f, 1.28f, 0.05f); sick.neck = v(0.28f, 1.40f, 0.05f); sick.head = v(0.40f, 1.47f, 0.05f);
    for (int s = 0; s < 2; s++) {
        float z = s ? -1 : 1;
        sick.shoulder[s] = v(0.18f, 1.33f, 0.05f + 0.185f * z); sick.elbow[s] = v(0.36f, 1.13f, 0.05f + 0.19f * z);
        sick.wrist[s] = v(0.42f, 1.30f, 0.05f + 0.06f * z); sick.hand[s] = v(0.37f, 1.375f, 0.05f + 0.02f * z);
    }
    person(&sick, v(0.80f, -0.60f, 0));
    person(&helper, v(0.92f, -0.25f, 0.30f));
}

/* Sitting on the floor, leaning back on the hands, the right leg stretched out towards +x. */
static Pose sitting(void) {
    Pose p = {.skin = SKIN_2, .hair = HAIR_2, .top = SAND, .bottom = STEEL, .bare_arms = 1};
    p.hips = v(-0.55f, 0.125f, 0.05f); p.waist = v(-0.60f, 0.29f, 0.05f); p.chest = v(-0.68f, 0.53f, 0.05f);
    p.neck = v(-0.70f, 0.70f, 0.05f); p.head = v(-0.67f, 0.83f, 0.05f);
    for (int s = 0; s < 2; s++) {
        float z = s ? -1 : 1;
        p.shoulder[s] = v(-0.70f, 0.60f, 0.05f + 0.185f * z); p.elbow[s] = v(-0.87f, 0.36f, 0.05f + 0.25f * z);
        p.wrist[s] = v(-0.88f, 0.10f, 0.05f + 0.27f * z); p.hand[s] = v(-0.96f, 0.035f, 0.05f + 0.28f * z);
        p.hip[s] = v(-0.52f, 0.115f, 0.05f + 0.095f * z);
    }
    p.knee[0] = v(-0.12f, 0.13f, 0.17f); p.ankle[0] = v(0.30f, 0.065f, 0.20f); p.toe[0] = v(0.36f, 0.17f, 0.22f);
    p.knee[1] = v(-0.22f, 0.42f, -0.14f); p.ankle[1] = v(-0.02f, 0.07f, -0.19f); p.toe[1] = v(0.12f, 0.04f, -0.20f);
    return p;
}

/* Kneeling beside the leg, both hands on the dressing. */
static Pose pressing(void) {
    Pose p = {.skin = SKIN, .hair = HAIR, .top = TEAL, .bottom = DEEP, .bare_arms = 1};
    p.hips = v(0.40f, 0.40f, -0.42f); p.waist = v(0.33f, 0.54f, -0.34f); p.chest = v(0.18f, 0.72f, -0.20f);
    p.neck = v(0.09f, 0.87f, -0.11f); p.head = v(0.02f, 0.99f, -0.05f);
    p.shoulder[0] = v(0.26f, 0.77f, -0.04f); p.elbow[0] = v(0.14f, 0.49f, 0.10f);
    p.wrist[0] = v(-0.05f, 0.29f, 0.165f); p.hand[0] = v(-0.13f, 0.242f, 0.165f);
    p.shoulder[1] = v(0.06f, 0.76f, -0.30f); p.elbow[1] = v(-0.05f, 0.48f, -0.12f);
    p.wrist[1] = v(-0.14f, 0.30f, 0.08f); p.hand[1] = v(-0.155f, 0.255f, 0.16f);
    for (int s = 0; s < 2; s++) {
        float z = s ? -1 : 1;
        p.hip[s] = v(0.40f, 0.38f, -0.42f + 0.09f * z); p.knee[s] = v(0.22f, 0.075f, -0.40f + 0.20f * z);
        p.ankle[s] = v(0.62f, 0.06f, -0.52f + 0.18f * z); p.toe[s] = v(0.74f, 0.045f, -0.56f + 0.18f * z);
    }
    return p;
}

static void dressing(void) {
    begin();
    limb(WHITE, v(-0.255f, 0.128f, 0.158f), v(-0.065f, 0.134f, 0.176f), 0.094f, 0.086f);
    part(BALL, CORAL, v(-0.155f, 0.165f, 0.190f), v(0.085f, 0.060f, 0.062f), 0, 0, 0.008f);
}

static void bleeding(void) {
    camera = v(0.85f, 1.42f, 2.70f); target = v(-0.20f, 0.17f, -0.05f); lens = 1.36f;
    Pose hurt = sitting(), helper = pressing();
    person(&hurt, v(0.85f, -0.50f, 0.1f));
    person(&helper, v(-0.72f, -0.62f, 0.30f));
    dressing();
}

static void pressure(void) {
    bleeding();
    camera = v(0.50f, 0.85f, 1.40f); target = v(-0.12f, 0.36f, 0.05f); lens = 1.45f;
}

static void tourniquet(void) {
    camera = v(0.35f, 0.80f, 1.15f); target = v(-0.22f, 0.15f, 0.12f); lens = 1.6f;
    Pose hurt = sitting();
    person(&hurt, v(0.85f, -0.50f, 0.1f));
    dressing();
    begin(); /* the band, 5 to 8 cm above the wound, and its rod */
    limb(DEEP, v(-0.405f, 0.120f, 0.150f), v(-0.365f, 0.121f, 0.152f), 0.103f, 0.102f);
    begin();
    limb(WHITE, v(-0.43f, 0.232f, 0.160f), v(-0.33f, 0.232f, 0.150f), 0.013f, 0.013f);
}

static int build(const char *name) {
    colours();
    backdrop_low = srgb(0x1d5f5b); backdrop_high = srgb(0x3f9a90);
    static const struct { const char *name; void (*make)(void); } known[] = {
        {"collapse", collapse}, {"choking", choking}, {"bleeding", bleeding}, {"cpr-hands", cpr_hands},
        {"aed-pads", aed}, {"back-blows", back_blows}, {"infant-back-blows", infant_blows}, {"abdominal-thrusts", thrusts}, {"direct-pressure", pressure}, {"tourniquet", tourniquet},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (!strcmp(known[i].name, name)) { known[i].make(); return 1; }
    return 0;
}
