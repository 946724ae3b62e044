"""A sample of each language with what the outline finds in it: read the second part as the snapshot of the first."""

from __future__ import annotations

SAMPLES: dict[str, str] = {
    "python": """\
from __future__ import annotations
import os, sys as system
from a.b import (
    c,
    d as e,
)
LIMIT = 3
type Alias = int
@dec(1)
class A(Base):
    '''Doc.'''
    field: int = 0
    @property
    def m(self, x: int = 1) -> str:
        '''Hi.'''
        return f"{x}" + g(x)
# About h.
# More.
async def h(): pass
x = 1  # Not about z.
if TYPE_CHECKING:
    import q
try:
    def z(): pass
except: pass
""",
    "javascript": """\
import a from "x";
const fs = require('fs');
class A extends B { #p = 1; static s = 2; constructor() {} get x() { return 1 } }
/** Doc. */
const g = async (x) => { await f(`t${x}`) };
module.exports.h = function () {};
""",
    "typescript": """\
import a, { b } from "x";
import type { T } from 'y';
export const LIMIT: number = 3, F = (x: number) => x;
/** Doc. */
export default class A<T> extends B implements C {
  private field = 1;
  constructor(private x: number) { super(); }
  arrow = (y) => { return y; };
}
interface I { a: string; m(x: number): void }
type U = { a: string };
enum E { A, B = 2 }
namespace N { export function f(): void {} }
abstract class Q { abstract z(): void; @dec() deco(@Inject() p: P) {} }
declare function over(x: string): void;
""",
    "typescriptreact": """\
import React from "react";
export const App = (p: Props) => <div>{p.x}</div>;
""",
    "go": """\
package main
import "fmt"
import (
	a "x/y"
)
const Limit = 3
const (
	A = iota
	B
)
// Doc.
type T struct { X int }
type I interface { M(x int) error }
func (t *T) M(x int) error { return nil }
func F[K any](a K) (int, error) { return 0, nil }
""",
    "rust": """\
use std::{fmt, io::Read};
extern crate foo;
mod a;
const LIMIT: usize = 3;
/// Doc.
#[derive(Debug)]
pub struct P { x: i32 }
trait T { type Q; fn m(&self) -> i32; }
impl T for P {
    /// Em.
    #[inline]
    fn m(&self) -> i32 { self.x }
}
mod tests { use super::*; fn t() {} }
macro_rules! mac { () => {} }
""",
    "java": """\
package a.b;
import java.util.*;
/** Doc. */
@Service
public class A<T> extends B {
  private static final int LIMIT = 3, Q = 4;
  public A(int x) { super(x); }
  @Override public <K> String m(int x) throws E { return "s"; }
  enum E { A, B(1); void m() {} }
}
interface I { int C = 1; default void d() { } }
record R(int x, int y) { R { } }
@interface An { String v() default "x"; }
""",
    "c": """\
#include <stdio.h>
#define LIMIT 3
#define MAX(a,b) ((a)>(b)?(a):(b))
/* Doc. */
typedef struct node { int x; struct node *next; } node_t;
static int counter = 0;
static int *f(const char *s, int n) { return g("s", 'c', n); }
typedef int (*fn)(int);
#ifdef X
#include "q.h"
int inside(void) { return 1; }
#else
int other;
#endif
""",
    "cpp": """\
#include <vector>
using namespace std;
using Al = std::vector<int>;
namespace a::b {
// Doc.
template <typename T> class P : public Q { public: P(int x) : x_(x) {} ~P(); T get() const { return x_; } T x_; };
}
int P::get() { return 1; }
extern "C" { void ext(); }
""",
    "csharp": """\
using System;
namespace N.M {
/// <summary>Doc.</summary>
[Attr]
public class A<T> : B {
  const int Limit = 3;
  public int P { get; set; } = 1;
  public A(int x) : base(x) { }
  public async Task<int> M(string s) { return await F(s); }
}
record R(int X);
}
""",
    "ruby": """\
require "set"
require_relative 'a'
LIMIT = 3
module M
  # Doc.
  class A < B
    include C
    def initialize(x, y: 1) = @x = x
    # Em.
    def m(x)
      foo(x)
    end
    def self.s; end
  end
end
""",
    "php": """\
<?php
namespace A\\B;
use X\\Y;
require_once 'x.php';
const LIMIT = 3;
/** Doc. */
#[Attr]
abstract class A extends B {
  use T;
  const C = 1;
  private ?int $x = 1;
  public function __construct(private int $y) {}
  abstract function m(string $s): int;
}
function f($a) { return $a; }
""",
    "shellscript": """\
source ./a.sh
. b.sh
LIMIT=3
readonly Q=4
# Doc.
f() { local x=$1; }
function g { f a; }
""",
    "kotlin": """\
package a.b
import c.d
const val LIMIT = 3
typealias Al = List<Int>
/** Doc. */
@Ann
data class A(val x: Int) : B() {
  val p: Int get() = 1
  companion object { fun s() {} }
  override fun m(x: Int = 1): String { return "" }
}
fun <T> f(a: T): T = a
""",
    "swift": """\
import Foundation
let limit = 3
/// Doc.
@objc public class A<T>: B {
  let x: Int
  init(x: Int) { self.x = x }
  func m(_ x: Int, y: String = "a") throws -> String { return "" }
}
protocol P { var c: Int { get } }
extension S: P { func e() {} }
""",
    "scala": """\
package a.b
import e.{F, G => H}
/** Doc. */
@ann
case class A(x: Int) extends B {
  val p = 1
  def m(x: Int = 1): String = { f(x) }
}
object O { def s() = () }
""",
    "lua": """\
local a = require("x")
local LIMIT = 3
-- Doc.
local M = {}
function M.f(x, y) return x end
function M:m(x) end
M.k = function(x) return x end
""",
    "html": """\
<html><body><div id="a">x</div></body></html>
""",
    "css": """\
@import url("a.css");
@keyframes k { from { a: b } }
.a { b: c }
""",
    "json": """\
{"a": 1}
""",
}

FOUND: dict[str, list[str]] = {
    "python": [
        "value LIMIT: 'LIMIT = 3'",
        "value Alias: 'type Alias = int'",
        "type A: '@dec(1)\\nclass A(Base):'  <- \"'''Doc.'''\"",
        "  value field: 'field: int = 0'",
        "  function m: '@property\\n    def m(self, x: int = 1) -> str:'  <- \"'''Hi.'''\"",
        "function h: 'async def h():'  <- '# About h.\\n# More.'",
        "value x: 'x = 1'",
        "function z: 'def z():'",
    ],
    "javascript": [
        "type A: 'class A extends B'",
        "  value #p: '#p = 1'",
        "  value s: 'static s = 2'",
        "  function constructor: 'constructor()'",
        "  function x: 'get x()'",
        "function g: 'const g = async (x) =>'  <- '/** Doc. */'",
        "function h: 'module.exports.h = function ()'",
    ],
    "typescript": [
        "value LIMIT: 'LIMIT: number = 3'",
        "function F: 'F = (x: number) =>'",
        "type A: 'export default class A<T> extends B implements C'  <- '/** Doc. */'",
        "  value field: 'private field = 1'",
        "  function constructor: 'constructor(private x: number)'",
        "  function arrow: 'arrow = (y) =>'",
        "type I: 'interface I'",
        "  value a: 'a: string'",
        "  function m: 'm(x: number): void'",
        "value U: 'type U = { a: string };'",
        "type E: 'enum E'",
        "module N: 'namespace N'",
        "  function f: 'export function f(): void'",
        "type Q: 'abstract class Q'",
        "  function z: 'abstract z(): void'",
        "  function deco: 'deco(@Inject() p: P)'",
        "function over: 'declare function over(x: string): void;'",
    ],
    "typescriptreact": [
        "function App: 'export const App = (p: Props) =>'",
    ],
    "go": [
        "value Limit: 'const Limit = 3'",
        "value A: 'A = iota'",
        "value B: 'B'",
        "type T: 'type T struct'  <- '// Doc.'",
        "  value X: 'X int'",
        "type I: 'type I interface'",
        "  function M: 'M(x int) error'",
        "function M: 'func (t *T) M(x int) error'",
        "function F: 'func F[K any](a K) (int, error)'",
    ],
    "rust": [
        "value LIMIT: 'const LIMIT: usize = 3;'",
        "type P: '#[derive(Debug)]\\npub struct P'  <- '/// Doc.'",
        "  value x: 'x: i32'",
        "type T: 'trait T'",
        "  value Q: 'type Q;'",
        "  function m: 'fn m(&self) -> i32;'",
        "module P: 'impl T for P'",
        "  function m: '#[inline]\\n    fn m(&self) -> i32'  <- '/// Em.'",
        "module tests: 'mod tests'",
        "  function t: 'fn t()'",
        "function mac: 'macro_rules! mac { () => {} }'",
    ],
    "java": [
        "type A: '@Service\\npublic class A<T> extends B'  <- '/** Doc. */'",
        "  value LIMIT: 'private static final int LIMIT = 3, Q = 4;'",
        "  function A: 'public A(int x)'",
        "  function m: '@Override public <K> String m(int x) throws E'",
        "  type E: 'enum E'",
        "    function m: 'void m()'",
        "type I: 'interface I'",
        "  value C: 'int C = 1;'",
        "  function d: 'default void d()'",
        "type R: 'record R(int x, int y)'",
        "  function R: 'R'",
        "type An: '@interface An'",
        "  function v: 'String v() default \"x\";'",
    ],
    "c": [
        "value LIMIT: '#define LIMIT 3'",
        "function MAX: '#define MAX(a,b) ((a)>(b)?(a):(b))'",
        "type node_t: 'typedef struct node'",
        "  value x: 'int x;'",
        "  value next: 'struct node *next;'",
        "value counter: 'static int counter = 0;'",
        "function f: 'static int *f(const char *s, int n)'",
        "type fn: 'typedef int (*fn)(int);'",
        "function inside: 'int inside(void)'",
        "value other: 'int other;'",
    ],
    "cpp": [
        "value Al: 'using Al = std::vector<int>;'",
        "module a: 'namespace a::b'",
        "  type P: 'template <typename T> class P : public Q'  <- '// Doc.'",
        "    function P: 'P(int x) : x_(x)'",
        "    value P: '~P();'",
        "    function get: 'T get() const'",
        "    value x_: 'T x_;'",
        "function get: 'int P::get()'",
        "module : 'extern \"C\"'",
        "  value ext: 'void ext();'",
    ],
    "csharp": [
        "module M: 'namespace N.M'",
        "  type A: '[Attr]\\npublic class A<T> : B'  <- '/// <summary>Doc.</summary>'",
        "    value Limit: 'const int Limit = 3;'",
        "    function P: 'public int P'",
        "    function A: 'public A(int x) : base(x)'",
        "    function M: 'public async Task<int> M(string s)'",
        "  type R: 'record R(int X);'",
    ],
    "ruby": [
        "value LIMIT: 'LIMIT = 3'",
        "module M: 'module M'",
        "  type A: 'class A < B'  <- '# Doc.'",
        "    function initialize: 'def initialize(x, y: 1) ='",
        "    function m: 'def m(x)'  <- '# Em.'",
        "    function s: 'def self.s; end'",
    ],
    "php": [
        "value LIMIT: 'const LIMIT = 3;'",
        "type A: '#[Attr]\\nabstract class A extends B'  <- '/** Doc. */'",
        "  value C: 'const C = 1;'",
        "  value x: 'private ?int $x = 1;'",
        "  function __construct: 'public function __construct(private int $y)'",
        "  function m: 'abstract function m(string $s): int;'",
        "function f: 'function f($a)'",
    ],
    "shellscript": [
        "value LIMIT: 'LIMIT=3'",
        "value Q: 'readonly Q=4'",
        "function f: 'f()'  <- '# Doc.'",
        "function g: 'function g'",
    ],
    "kotlin": [
        "value LIMIT: 'const val LIMIT = 3'",
        "value Al: 'typealias Al = List<Int>'",
        "type A: '@Ann\\ndata class A(val x: Int) : B()'  <- '/** Doc. */'",
        "  value p: 'val p: Int get() = 1'",
        "  module : 'companion object'",
        "    function s: 'fun s()'",
        "  function m: 'override fun m(x: Int = 1): String'",
        "function f: 'fun <T> f(a: T): T'",
    ],
    "swift": [
        "value limit: 'let limit = 3'",
        "type A: '@objc public class A<T>: B'  <- '/// Doc.'",
        "  value x: 'let x: Int'",
        "  function init: 'init(x: Int)'",
        "  function m: 'func m(_ x: Int, y: String = \"a\") throws -> String'",
        "type P: 'protocol P'",
        "  value c: 'var c: Int { get }'",
        "type S: 'extension S: P'",
        "  function e: 'func e()'",
    ],
    "scala": [
        "type A: '@ann\\ncase class A(x: Int) extends B'  <- '/** Doc. */'",
        "  value p: 'val p = 1'",
        "  function m: 'def m(x: Int = 1): String ='",
        "type O: 'object O'",
        "  function s: 'def s() ='",
    ],
    "lua": [
        "value LIMIT: 'local LIMIT = 3'",
        "value M: 'local M = {}'  <- '-- Doc.'",
        "function f: 'function M.f(x, y)'",
        "function m: 'function M:m(x) end'",
        "function k: 'M.k = function(x)'",
    ],
    "html": [],
    "css": [
        "type k: '@keyframes k'",
    ],
    "json": [],
}

IMPORTED: dict[str, list[str]] = {
    "python": [
        "from __future__ import annotations",
        "import os, sys as system",
        "from a.b import (\n    c,\n    d as e,\n)",
        "import q",
    ],
    "javascript": ['import a from "x";', "const fs = require('fs');"],
    "typescript": ['import a, { b } from "x";', "import type { T } from 'y';"],
    "typescriptreact": ['import React from "react";'],
    "go": ["package main", 'import "fmt"', 'import (\n\ta "x/y"\n)'],
    "rust": ["use std::{fmt, io::Read};", "extern crate foo;", "mod a;", "use super::*;"],
    "java": ["package a.b;", "import java.util.*;"],
    "c": ["#include <stdio.h>", '#include "q.h"'],
    "cpp": ["#include <vector>", "using namespace std;"],
    "csharp": ["using System;"],
    "ruby": ['require "set"', "require_relative 'a'"],
    "php": ["namespace A\\B;", "use X\\Y;", "require_once 'x.php';"],
    "shellscript": ["source ./a.sh", ". b.sh"],
    "kotlin": ["package a.b", "import c.d"],
    "swift": ["import Foundation"],
    "scala": ["package a.b", "import e.{F, G => H}"],
    "lua": ['local a = require("x")'],
    "html": [],
    "css": ['@import url("a.css");'],
    "json": [],
}
