import assert from "node:assert/strict";
import { test } from "node:test";
import { Stock } from "./stock.js";

const request = (more = {}) => ({ segment: 3, quality: 1, first: 2, last: 4, bytes: 900, deadline: Infinity, floor: false, continued: false, ...more });

test("what was asked for is on its way, and here when it has arrived", () => {
  const stock = new Stock(6, 3);
  const { id } = stock.ask(request());
  const state = stock.state(3);
  assert.deepEqual([[...state.coming.entry], [...state.have.entry]], [[3, 3, 1, 1, 1, 3], [3, 3, 3, 3, 3, 3]]);
  assert.deepEqual([state.spent, stock.underWay(2), stock.underWay(3)], [900, 0, 900]);
  stock.arrived(1, id);
  assert.deepEqual([[...state.have.entry], stock.underWay(3)], [[3, 3, 1, 1, 1, 3], 0]);
  stock.arrived(1, id);
  assert.equal(stock.drop(1, id), null, "it is not under way any more");
});

test("of what is given up only the other requests are still on their way", () => {
  const stock = new Stock(6, 3);
  const [one, two] = [stock.ask(request()), stock.ask(request({ quality: 0, first: 4, last: 5, continued: true }))];
  stock.arrived(1, one.id);
  const third = stock.ask(request({ quality: 0, first: 0, last: 2 }));
  const state = stock.drop(1, third.id);
  assert.deepEqual([[...state.coming.entry], [...state.coming.continued]], [[3, 3, 1, 1, 1, 3], [0, 0, 0, 0, 1, 1]]);
  assert.deepEqual(stock.better(state).map(({ id }) => id), [two.id]);
});

test("a floor that failed is asked for again, unless it is broken; of better tiles those that are broken are not", () => {
  const stock = new Stock(6, 3);
  const floor = () => stock.ask(request({ first: 0, last: 5, floor: true }));
  const state = stock.state(3);
  const first = floor();
  assert.deepEqual([state.floor, stock.floorsUnderWay, state.spent], [{ entry: "asked", continued: "no" }, 1, 0]);
  stock.drop(1, first.id);
  assert.equal(state.floor.entry, "no");
  stock.drop(1, floor().id, true);
  assert.equal(state.floor.entry, "asked");
  stock.drop(1, stock.ask(request()).id, true);
  assert.deepEqual([...state.shut], [0, 0, 1, 1, 1, 0]);
});

test("what is forgotten is not under way any more, and answers too late", () => {
  const stock = new Stock(6, 3);
  const { id } = stock.ask(request());
  stock.forget(3);
  stock.arrived(1, id);
  assert.equal(stock.requests.size, 0);
  assert.deepEqual([...stock.state(3).have.entry], [3, 3, 3, 3, 3, 3]);
  assert.equal(stock.appended(3), null);
});
