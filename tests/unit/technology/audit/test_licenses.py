"""Licenses as people write them."""

import pytest

from ronghe.technology.audit.licenses import judge, known_ids, read_license


@pytest.mark.parametrize(
    ("written", "spdx", "sure"),
    [
        ("MIT", "MIT", True),
        ("mit", "MIT", True),
        ("Apache 2.0", "Apache-2.0", True),
        ("The Apache Software License, Version 2.0", "Apache-2.0", True),
        ("http://www.apache.org/licenses/LICENSE-2.0.txt", "Apache-2.0", True),
        ("Apache", "Apache-2.0", False),
        ("GPL v3+", "GPL-3.0-or-later", True),
        ("GNU GPLv2", "GPL-2.0-only", True),
        ("GNU Lesser General Public License v3 (LGPLv3)", "LGPL-3.0-only", True),
        ("LGPL", "LGPL-2.1-or-later", False),
        ("CC0", "CC0-1.0", True),
        ("New BSD License", "BSD-3-Clause", True),
        ("BSD", "BSD-3-Clause", False),
        ("木兰宽松许可证 第2版", "MulanPSL-2.0", True),
        ("(MIT OR GPL-3.0-only) AND BSD-3-Clause", "(MIT OR GPL-3.0-only) AND BSD-3-Clause", True),
    ],
)
def test_names_become_spdx(written: str, spdx: str, sure: bool) -> None:
    read = read_license(written)
    assert (read.spdx, read.sure) == (spdx, sure)


@pytest.mark.parametrize(
    "junk", ["Windows 2012; IIS; Oracle", "proprietary", "(((", "MIT AND AND", "CC BY-NC 4.0", "x" * 5000, "\0", "🙂"]
)
def test_junk_is_never_taken_for_a_license_without_doubt(junk: str) -> None:
    read = read_license(junk)
    assert not read.spdx or not read.sure
    assert judge(read, "internal") == "review"


def test_several_names_together_are_in_doubt_and_the_most_demanding_counts() -> None:
    read = read_license("CDDL + GPLv2 with classpath exception")
    assert (read.kind, read.sure) == ("strong", False)
    assert read_license("MIT/Apache-2.0").sure is False


@pytest.mark.parametrize(
    ("written", "verdicts"),
    [
        ("MIT", ["allow", "allow", "allow"]),
        ("LGPL-2.1-only", ["allow", "allow", "review"]),
        ("GPL-3.0-only", ["allow", "review", "deny"]),
        ("GPL-2.0-only WITH Classpath-exception-2.0", ["allow", "allow", "review"]),
        ("AGPL-3.0-only", ["review", "deny", "deny"]),
        ("MIT OR AGPL-3.0-only", ["allow", "allow", "allow"]),
        ("MIT AND AGPL-3.0-only", ["review", "deny", "deny"]),
        ("", ["review", "deny", "deny"]),
        ("LicenseRef-ours", ["review", "review", "review"]),
    ],
)
def test_what_a_license_asks_depends_on_the_use(written: str, verdicts: list[str]) -> None:
    read = read_license(written)
    assert [judge(read, "internal"), judge(read, "link"), judge(read, "distribute")] == verdicts


def test_every_spdx_id_reads_as_itself() -> None:
    listed = known_ids()
    assert len(listed) > 600
    assert all(read_license(name).spdx.casefold() == folded for folded, name in listed.items())
