"""Reads what `collect` wrote."""
import json
import os
import random


def read_files(folder):
    """One row per file: repo, path, language, offset and bytes in text.bin."""
    return [json.loads(l) for l in open(os.path.join(folder, "files.jsonl"))]


def read_texts(folder, megabytes):
    """Texts of a fair sample of the files, `megabytes` in all."""
    files = read_files(folder)
    random.Random(0).shuffle(files)
    left = megabytes * 1e6
    with open(os.path.join(folder, "text.bin"), "rb") as blob:
        for f in files:
            if left <= 0:
                return
            blob.seek(f["offset"])
            left -= f["bytes"]
            yield blob.read(f["bytes"]).decode()
