"""Samples in which the grammars' tag queries find definitions of every kind they know, as real code has them."""

from __future__ import annotations

TAG_SAMPLES: dict[str, str] = {
    "python": """\
DEFAULT_TIMEOUT = 30
VERSION, BUILD = 1, 2
if sys.version_info >= (3, 12):
    def batched(items): ...
else:
    def batched(items): return items
class Client(Base):
    retries: int = 3
    def __init__(self, url):
        self.url = url
        def local(): ...
    class Error(Exception): ...
    @property
    def ready(self): ...
try:
    import fast
except ImportError:
    class fast: ...
""",
    "javascript": """\
const fs = require("fs");
export class Client { constructor() {} get(url) { function local() {} } static of() {} }
export function* walk() {}
var legacy = function () {};
const arrow = (a) => a, other = async () => {};
Client.prototype.close = function () {};
exports.open = () => {};
module.exports.shut = function shut() {};
module.exports = { read: function () {}, write() {}, fs };
export const api = { list: () => {}, drop() {} };
class Inner { #secret() {} }
export default function main() {}
""",
    "typescript": """\
export interface Shape { area(): number; name: string }
export abstract class Base { abstract draw(): void; protected move(): void {} }
export declare function over(x: string): void;
export declare function over(x: number): void;
namespace Outer { export class Inner {} export function helper(): void {} }
export const enum Level { Low, High }
export const make = (x: number): Shape => ({ area: () => x, name: "" });
export default class Circle extends Base implements Shape { area() { return 1; } draw() {} }
declare module "other" { export function there(): void }
""",
    "go": """\
package shapes
type (
	Shape interface { Area() float64 }
	Square struct { Side float64 }
)
type Alias = Square
type Generic[T any] struct { items []T }
func New(side float64) *Square { inner := func() {}; inner(); return nil }
func (s *Square) Area() float64 { return 0 }
func (g Generic[T]) Len() int { return 0 }
""",
    "rust": """\
pub struct Point { x: f64 }
pub enum Shape { Circle(f64), Square { side: f64 } }
pub union Raw { a: u32 }
pub type Result<T> = std::result::Result<T, Error>;
pub trait Area { fn area(&self) -> f64; fn twice(&self) -> f64 { 2.0 } type Unit; }
impl Area for Point { fn area(&self) -> f64 { fn local() {} 0.0 } type Unit = f64; }
impl<T> Generic<T> where T: Area { pub const fn new() -> Self { todo!() } }
macro_rules! shape { () => {} }
mod inner { pub fn free() {} pub struct Hidden; }
pub async fn run() {}
""",
    "java": """\
package a.b;
public class Shape<T> extends Base implements Area {
  public Shape() {}
  public double area() { Runnable r = new Runnable() { public void run() {} }; return 0; }
  static class Inner { void deep() {} }
  interface Visitor { void visit(Shape s); }
  enum Kind { A { int code() { return 1; } }; int code() { return 0; } }
}
interface Area { double area(); default void show() {} }
record Pair(int a, int b) { int sum() { return a + b; } }
""",
    "c": """\
#ifndef SHAPE_H
typedef struct shape { int sides; } shape_t, *shape_p;
typedef unsigned int (*callback)(int);
typedef unsigned long word;
struct circle { struct center { int x; } c; double r; };
enum color { RED, GREEN };
union number { int i; float f; };
static union number zero;
int area(const struct shape *s);
static inline int *twice(int n) { return 0; }
API(int) exported(void);
#endif
""",
    "cpp": """\
namespace geo {
class Shape : public Base { public: Shape(); virtual ~Shape(); virtual double area() const = 0; int sides; };
template <typename T> struct Box { T item; T get() const { return item; } };
enum class Color { Red };
using Name = std::string;
typedef std::vector<int> Ints;
double Shape::area() const { return 0; }
}
int free_function(int a);
static void helper() {}
""",
    "csharp": """\
namespace Geo.Shapes;
public interface IArea { double Area(); }
public abstract class Shape : IArea {
  public Shape(int sides) {}
  public int Sides { get; init; }
  public abstract double Area();
  public enum Kind { Round, Square }
  public struct Inner { public int X; public void Move() {} }
}
public record Pair(int A, int B);
""",
    "ruby": """\
module Geo
  class Shape < Base
    attr_reader :sides
    SIDES = 4
    def initialize(sides); @sides = sides; end
    def area; end
    def self.of(n); end
    def ==(other); end
    alias size sides
  end
  class Geo::Deep; end
  class << self
    def make; end
  end
end
""",
    "php": """\
<?php
namespace App\\Models;
interface Area { public function area(): float; }
trait Named { protected $name; public function name() {} }
abstract class Shape implements Area {
  public $sides, $color = 1;
  public function __construct(private int $n) {}
  abstract public function draw();
}
function make() {}
if (!function_exists('later')) { function later() {} }
""",
    "swift": """\
protocol Area { func area() -> Double; var name: String { get } }
class Shape: Area { var sides = 4; init() {} func area() -> Double { return 0 } }
struct Point { let x: Int; func moved() -> Point { self } }
enum Kind { case round, square }
func make() -> Shape { Shape() }
""",
    "scala": """\
package geo
trait Area { def area: Double; val name: String }
class Shape(val sides: Int) extends Area { def area: Double = 0 }
object Shape { def of(n: Int): Shape = new Shape(n); val Max = 3 }
enum Color { case Red, Green }
type Name = String
case class Pair(a: Int, b: Int)
""",
    "lua": """\
local M = {}
function M.open(path) local function inner() end end
function M:close() end
local function helper() end
M.read = function() end
local api = { list = function() end }
do
  function M.late() end
end
return { write = function() end }
""",
}
