"""A worker makes the buffers of its fetches of memory that it has already."""

import platform
import subprocess
import sys

import pytest

STORY = """
from resource import RUSAGE_SELF, getrusage

from streams.app import _keep_freed_memory

kept = []


def pages_of_ten_fetches():
    before = getrusage(RUSAGE_SELF).ru_minflt
    for _ in range(10):
        buffer, piece = bytearray(), bytes(64 * 1024)
        while len(buffer) < 5 * 1024 * 1024:
            buffer += piece
        answer = bytes(memoryview(bytes(buffer))[4:])
        kept.extend([answer[at : at + 1300] for at in range(0, len(answer) // 10, 1300)])
    return getrusage(RUSAGE_SELF).ru_minflt - before


pages_of_ten_fetches()
by_its_own_rules = pages_of_ten_fetches()
_keep_freed_memory()
pages_of_ten_fetches()
print(by_its_own_rules, pages_of_ten_fetches())
"""
"""Buffers that grow and are copied, as aiokafka's do, and values of them that stay."""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another allocator")
def test_fetches_need_far_fewer_new_pages():
    told = subprocess.run(
        [sys.executable, "-c", STORY], check=True, stdout=subprocess.PIPE, text=True
    ).stdout

    by_its_own_rules, kept = map(int, told.split())

    assert kept * 3 < by_its_own_rules
