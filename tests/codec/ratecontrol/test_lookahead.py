"""The lookahead on pictures whose truth is known: how they move, where scenes begin, what later pictures depend on."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from codec_native._codec import ffi, lib

Picture = npt.NDArray[np.uint8]
WIDTH, HEIGHT = 320, 192


def texture(width: int, height: int, seed: int) -> Picture:
    """Smooth random relief: has detail at every size, so that motion can be found."""
    rng = np.random.default_rng(seed)
    total = np.zeros((height, width))
    for size in (4, 8, 16, 32):
        grid = rng.uniform(-1, 1, (height // size + 2, width // size + 2))
        total += size * np.kron(grid, np.ones((size, size)))[:height, :width]
    for _ in range(2):
        total = (total + np.roll(total, 1, 0) + np.roll(total, 1, 1) + np.roll(total, (1, 1), (0, 1))) / 4
    total -= total.min()
    return (total * 255 / total.max()).astype(np.uint8)


class Lookahead:
    def __init__(self, width: int = WIDTH, height: int = HEIGHT, **settings: object) -> None:
        param = ffi.new("vr_lookahead_param *")
        param.width, param.height, param.max_pictures = width, height, 40
        param.aq_strength, param.tree_strength, param.scenecut = 1.0, 2.0, 40
        param.kernels = lib.vr_ffi_kernels()
        for name, value in settings.items():
            setattr(param, name, value)
        self.param = param
        self.handle = ffi.gc(lib.vr_lookahead_open(param), lib.vr_lookahead_close)
        self.blocks = (-(-height // 16), -(-width // 16))

    def push(self, picture: Picture) -> bool:
        cut = ffi.new("int *")
        plane = np.ascontiguousarray(picture)
        assert lib.vr_lookahead_push(self.handle, ffi.cast("uint8_t *", plane.ctypes.data), plane.strides[0], cut) >= 0
        return bool(cut[0])

    def plan_dyadic(self, prev: int, first: int, n: int, commit: int | None = None) -> list[object]:
        plan = ffi.new("vr_la_plan[]", n)
        assert lib.vr_la_plan_dyadic(plan, prev, first, n, lib.VR_PIC_P) == n
        assert lib.vr_lookahead_plan(self.handle, plan, n, n if commit is None else commit) == 0
        return [plan[i] for i in range(n)]

    def info(self, index: int) -> object:
        return lib.vr_lookahead_info(self.handle, index)

    def offsets(self, index: int) -> npt.NDArray[np.float64]:
        return self.grid(self.info(index).qp_offset) / 256

    def grid(self, pointer: object) -> npt.NDArray[np.int64]:
        rows, columns = self.blocks
        return np.array(ffi.unpack(pointer, rows * columns)).reshape(rows, columns)

    def vectors(self, index: int, ref: int = 0) -> list[tuple[int, int]]:
        rows, columns = self.blocks
        return [(mv.x, mv.y) for mv in ffi.unpack(self.info(index).mv[ref], rows * columns)]


def plan_one(la: Lookahead, display: int, refs: list[int], is_reference: int = 1) -> None:
    plan = ffi.new(
        "vr_la_plan *",
        {
            "display_idx": display,
            "kind": lib.VR_PIC_P if refs else lib.VR_PIC_I,
            "n_refs": len(refs),
            "ref_display_idx": refs,
            "is_reference": is_reference,
        },
    )
    assert lib.vr_lookahead_plan(la.handle, plan, 1, 1) == 0


@pytest.mark.parametrize("motion", [(0, 0), (2, 0), (-6, 4), (16, -10), (30, 0), (5, 3)])
def test_seed_vectors_follow_a_panning_camera(motion: tuple[int, int]) -> None:
    big = texture(WIDTH + 160, HEIGHT + 160, 7)
    la = Lookahead()
    dx, dy = motion
    la.push(big[80 : 80 + HEIGHT, 80 : 80 + WIDTH])
    la.push(big[80 + dy : 80 + dy + HEIGHT, 80 + dx : 80 + dx + WIDTH])
    plan_one(la, 1, [0])
    good = sum(abs(x - 4 * dx) <= 4 and abs(y - 4 * dy) <= 4 for x, y in la.vectors(1))
    assert good >= 0.75 * len(la.vectors(1))


def test_a_scene_cut_is_seen_at_the_picture_where_it_happens() -> None:
    la = Lookahead()
    first, second = texture(WIDTH + 60, HEIGHT, 1), texture(WIDTH + 60, HEIGHT, 2)
    cuts = [la.push((first if i < 10 else second)[:, 2 * i : 2 * i + WIDTH]) for i in range(20)]
    assert [i for i, cut in enumerate(cuts) if cut] == [10]


def test_noise_that_never_predicts_is_no_series_of_cuts() -> None:
    la = Lookahead()
    rng = np.random.default_rng(3)
    cuts = [la.push(rng.integers(0, 256, (HEIGHT, WIDTH), dtype=np.uint8)) for _ in range(12)]
    assert sum(cuts) <= 1


def test_a_still_picture_is_recognised() -> None:
    la = Lookahead()
    picture = texture(WIDTH, HEIGHT, 4)
    la.push(picture)
    la.push(picture)
    other = picture.copy()
    other[100:104, 100:104] ^= 0x40
    la.push(other)
    assert [la.info(i).static_picture for i in range(3)] == [0, 1, 0]


def test_flat_areas_get_finer_and_busy_areas_coarser_quantisation() -> None:
    la = Lookahead(tree_strength=0)
    picture = np.full((HEIGHT, WIDTH), 128, np.uint8)
    picture[:, WIDTH // 2 :] = np.random.default_rng(5).integers(0, 256, (HEIGHT, WIDTH // 2), dtype=np.uint8)
    la.push(picture)
    offsets = la.offsets(0)
    half = offsets.shape[1] // 2
    assert offsets[:, :half].max() < -2 < 2 < offsets[:, half:].min()
    assert abs(offsets.mean()) < 0.1


def test_what_later_pictures_refer_to_is_coded_finer_than_what_vanishes() -> None:
    la = Lookahead(aq_strength=0)
    rng = np.random.default_rng(6)
    still = texture(WIDTH, HEIGHT, 8)
    for _ in range(9):
        picture = still.copy()
        picture[:, WIDTH // 2 :] = rng.integers(0, 256, (HEIGHT, WIDTH // 2), dtype=np.uint8)
        la.push(picture)
    plan_one(la, 0, [])
    first = ffi.new("vr_la_plan[]", 9)
    first[0] = {"display_idx": 0, "kind": lib.VR_PIC_I, "n_refs": 0, "ref_display_idx": [0, 0], "is_reference": 1}
    lib.vr_la_plan_dyadic(first + 1, 0, 1, 8, lib.VR_PIC_P)
    assert lib.vr_lookahead_plan(la.handle, first, 9, 9) == 0
    offsets = la.offsets(0)
    half = offsets.shape[1] // 2
    assert offsets[:, : half - 1].mean() < -4
    assert offsets[:, half + 1 :].mean() > -1
    # leaf pictures are referred to by nothing
    assert np.all(la.offsets(1) == 0)


def test_the_dyadic_plan_codes_middles_first_and_only_looks_at_coded_pictures() -> None:
    for n in range(1, 17):
        plan = ffi.new("vr_la_plan[]", n)
        assert lib.vr_la_plan_dyadic(plan, 99, 100, n, lib.VR_PIC_P) == n
        coded = {99}
        for i in range(n):
            assert all(plan[i].ref_display_idx[r] in coded for r in range(plan[i].n_refs))
            coded.add(plan[i].display_idx)
        assert coded == set(range(99, 100 + n))
        referred = {plan[i].ref_display_idx[r] for i in range(n) for r in range(plan[i].n_refs)}
        assert all(bool(plan[i].is_reference) or plan[i].display_idx not in referred for i in range(n))


def test_results_do_not_depend_on_the_order_in_which_threads_work() -> None:
    big = texture(WIDTH + 60, HEIGHT + 20, 9)

    @ffi.callback("void(void *, int, void (*)(void *, int), void *)")
    def backwards(pool: object, n: int, fn: object, arg: object) -> None:
        for i in reversed(range(n)):
            fn(arg, i)

    results = []
    for parallel in (ffi.NULL, backwards):
        la = Lookahead(parallel=parallel)
        for i in range(9):
            la.push(big[i : i + HEIGHT, 3 * i : 3 * i + WIDTH])
        la.plan_dyadic(0, 1, 8)
        results.append([(la.offsets(i).tolist(), la.vectors(i), la.info(i).frame_cost) for i in range(1, 9)])
    assert results[0] == results[1]


@pytest.mark.parametrize(("width", "height"), [(16, 16), (18, 34), (64, 16), (322, 190), (1000, 18)])
def test_sizes_that_are_no_whole_blocks(width: int, height: int) -> None:
    la = Lookahead(width, height)
    big = texture(width + 20, height + 20, 11)
    for i in range(5):
        la.push(big[i : i + height, i : i + width])
    la.plan_dyadic(0, 1, 4)
    assert la.info(4).frame_cost <= la.info(4).frame_intra_cost


def test_a_plan_with_pictures_that_are_not_held_is_refused() -> None:
    la = Lookahead()
    la.push(texture(WIDTH, HEIGHT, 1))
    plan = ffi.new("vr_la_plan *", {"display_idx": 0, "kind": lib.VR_PIC_P, "n_refs": 1, "ref_display_idx": [5, 0]})
    assert lib.vr_lookahead_plan(la.handle, plan, 1, 1) == -1
    assert la.info(5) == ffi.NULL


def test_released_pictures_serve_as_references_until_their_memory_is_needed() -> None:
    la = Lookahead(max_pictures=4)
    big = texture(WIDTH + 60, HEIGHT, 12)
    for i in range(12):
        la.push(big[:, 2 * i : 2 * i + WIDTH])
        if i:
            plan_one(la, i, [i - 1])
            assert la.info(i).frame_cost < 0.7 * la.info(i).frame_intra_cost
        lib.vr_lookahead_release(la.handle, i)
    assert la.info(0) == ffi.NULL
    plan_one(la, 11, [0])  # long forgotten: no reference is left
    assert la.info(11).mv[0] == ffi.NULL


def test_poles_count_less_in_the_cost_of_a_spherical_picture() -> None:
    picture = np.full((HEIGHT, WIDTH), 128, np.uint8)
    picture[:32] = np.random.default_rng(2).integers(0, 256, (32, WIDTH), dtype=np.uint8)
    flat, sphere = Lookahead(), Lookahead(row_weight_erp=1.0)
    flat.push(picture)
    sphere.push(picture)
    assert sphere.info(0).frame_intra_cost < 0.6 * flat.info(0).frame_intra_cost
