"""Files that the course comes with: refused if they are others, whatever ends their lines."""

import hashlib

import pytest

from utils.shipped import verified

CONTENT = b"word W ER D\nof AH V\n"
SHA256 = hashlib.sha256(CONTENT).hexdigest()


def test_a_text_may_come_from_windows(tmp_path):
    path = tmp_path / "words.txt"
    for content in (CONTENT, CONTENT.replace(b"\n", b"\r\n")):
        path.write_bytes(content)
        assert verified(path, SHA256) == CONTENT


@pytest.mark.parametrize("name", ["words.txt", "weights.npz"])
def test_a_changed_file_is_refused(tmp_path, name):
    path = tmp_path / name
    changed = CONTENT + b" " if name.endswith("txt") else CONTENT.replace(b"\n", b"\r\n")
    path.write_bytes(changed)
    with pytest.raises(ValueError, match=f"{name} is not the file .*differs. Get it anew, or not"):
        verified(path, SHA256, or_else=", or not")
