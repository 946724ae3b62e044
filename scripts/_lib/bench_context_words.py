"""Names that say nothing about a workspace: what each language has itself, and what its everyday types have.

Data and nothing else.
"""

from __future__ import annotations

import asyncio
import builtins
import io
import logging
import re
from argparse import ArgumentParser, Namespace
from collections import deque
from datetime import datetime
from pathlib import Path
from queue import Queue
from socket import socket
from threading import Event, Thread


def _of(words: str) -> frozenset[str]:
    return frozenset(words.split())


COMMON: dict[str, frozenset[str]] = {
    "python": frozenset(
        name
        for kind in (
            *(
                str,
                bytes,
                list,
                dict,
                set,
                tuple,
                int,
                float,
                Exception,
                type,
                io.TextIOWrapper,
                re.Match,
                re.Pattern,
                Path,
            ),
            *(logging.Logger, asyncio.Task, asyncio.AbstractEventLoop, socket, datetime, deque, Thread, Event, Queue),
            *(ArgumentParser, Namespace),
        )
        for name in dir(kind)
    ),
    "typescript": _of(
        "add all apply assign at bind call catch charAt clear concat constructor create delete done endsWith "
        "entries error every fill filter finally find findIndex flat flatMap forEach freeze from get has "
        "hasOwnProperty includes indexOf join key keys lastIndexOf length log map match max message min name "
        "next now of parse pop push race reduce reject replace replaceAll resolve return reverse set shift "
        "size slice some sort splice split startsWith stack stringify substring test then throw toFixed "
        "toLowerCase toString toUpperCase trim unshift value valueOf values warn abs ceil floor round sqrt "
        "pow sin cos exec index padStart padEnd defineProperty addEventListener removeEventListener style "
        "width height"
    ),
    "go": _of("Error String Len Less Swap Read Write Close Name"),
    "rust": _of(
        "all and_then any append as_bytes as_deref as_mut as_ref as_slice as_str borrow build chain chars "
        "clear clone cloned cmp collect contains contains_key copied count default deref display drain drop "
        "ends_with entry enumerate eq err expect extend filter filter_map find first flat_map flatten fmt "
        "fold format from from_str get get_mut get_or_insert hash index insert into into_iter into_inner "
        "is_empty is_err is_none is_ok is_some is_some_and iter iter_mut join keys kind last len lines lock "
        "map map_err map_or map_or_else max min name new next none nth ok_or ok_or_else once or_default "
        "or_else or_insert or_insert_with parse partial_cmp path peek pop position push push_str range read "
        "remove replace resize retain rev rsplit set skip slice sort sort_by sort_by_key split splitn "
        "starts_with sum swap take then to_owned to_str to_string to_vec trim truncate try_from try_into "
        "unwrap unwrap_or unwrap_or_default unwrap_or_else values values_mut windows with_capacity write zip "
        "None Some Err String Vec Box Arc Option Result Self PathBuf Path HashMap"
    ),
    "java": _of(
        "add addAll append apply charAt clear clone close compareTo concat contains containsKey containsValue "
        "copyOf entrySet equals flush forEach format get getBytes getClass getCause getKey getMessage getName "
        "getValue hasNext hashCode indexOf intValue isEmpty iterator join keySet lastIndexOf length "
        "listIterator longValue map next ordinal parse peek poll pop print println push put putAll read "
        "remove removeAll replace reset run set setLength size skip sort split startsWith endsWith stream "
        "substring toArray toLowerCase toString toUpperCase trim value valueOf values write getInstance "
        "accept test mark"
    ),
}
"""Members of the language's own everyday types. After a dot they say nothing about the workspace."""

BUILT_IN: dict[str, frozenset[str]] = {
    "python": frozenset(dir(builtins)),
    "typescript": _of(
        "Array ArrayBuffer Boolean BigInt Buffer DataView Date Error Function JSON Map Math Number Object "
        "Promise Proxy Record Partial Required Readonly Pick Omit Exclude Extract ReturnType Parameters "
        "Reflect RegExp Set String Symbol TypeError RangeError Uint8Array Float32Array Float64Array "
        "Int32Array Uint32Array Uint16Array WeakMap WeakSet any boolean console document global globalThis "
        "never null number object process require setInterval setTimeout clearTimeout clearInterval string "
        "symbol undefined unknown void window Iterable Iterator Element HTMLElement Event Response Request"
    ),
    "go": _of(
        "any append bool byte cap clear close comparable complex copy delete error false float32 float64 imag "
        "int int8 int16 int32 int64 iota len make max min new nil panic print println real recover rune "
        "string true uint uint8 uint16 uint32 uint64 uintptr"
    ),
    "rust": _of(
        "Arc AsMut AsRef Box Clone Copy Debug Default Display Drop Eq Err Error Fn FnMut FnOnce From Hash "
        "HashMap HashSet Into IntoIterator Iterator None Ok Option Ord PartialEq PartialOrd Path PathBuf Rc "
        "Result Self Send Sized Some String Sync ToOwned ToString TryFrom TryInto Vec assert assert_eq "
        "assert_ne bool char debug_assert drop eprintln f32 f64 format i16 i32 i64 i8 i128 isize matches "
        "panic print println str todo u16 u32 u64 u8 u128 unimplemented unreachable usize vec write writeln"
    ),
    "java": _of(
        "Boolean Byte Character Class Comparable Double Enum Exception Float IllegalArgumentException Integer "
        "Iterable Long Math Number Object Override Runnable RuntimeException Short String StringBuilder "
        "System Thread Throwable Void"
    ),
}
"""Members of the language's own everyday types. After a dot they say nothing about the workspace."""

"""Names that need no import. Without something before them they are the language's, whoever defines one elsewhere."""
