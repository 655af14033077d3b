"""Which licence a repository, a folder and a file are under, by their own words."""
import os
import re

from repositories import read_objects, tree

PERMISSIVE = [("Apache-2.0", r"Apache License,?\s+Version 2\.0"), ("MIT", r"Permission is hereby granted, free of charge"),
              ("ISC", r"Permission to use, copy, modify, and/?(or)? distribute"),
              ("BSD", r"Redistribution and use in source and binary forms"), ("PSF", r"PYTHON SOFTWARE FOUNDATION LICENSE")]
RESTRICTED = re.compile(r"GNU (AFFERO|LESSER|GENERAL) |GENERAL PUBLIC LICENSE|Business Source License|Elastic License|\bSSPL\b|"
                        r"Commons Clause", re.I)
# In a file's head, further terms that are no permissive licence's.
HEADER = re.compile(RESTRICTED.pattern + r"|Mozilla Public License|Creative Commons Attribution-NonCommercial|Enterprise (Edition )?Licen[cs]e|"
                    r"SPDX-License-Identifier:.*\b([AL]?GPL|MPL|EPL|CDDL|BUSL|SSPL|CC-BY-NC|Elastic|LicenseRef)", re.I)
# Python's own licence names the GPL only to say which law governs code that was once under it.
PYTHON_ASIDE = re.compile(r"non-separable material that was previously distributed under the GNU General Public License", re.I)
NAME = re.compile(r"(?i)(un)?licen[cs]e|copying")
NESTED = re.compile(r"(?i)((un)?licen[cs]es?|copying)([-._].*)?$")
CODE = re.compile(r"\.(py|pyi|[mc]?[jt]sx?|json|ya?ml|toml|html|s?css|svg|png|snap)$", re.I)
POINTER = 200  # characters; a shorter nested licence file only points at the one above


def terms(text):
    """Name of the permissive licence a text grants; "restricted" for copyleft or limited terms; None for neither."""
    text = PYTHON_ASIDE.sub("", re.sub(r"\s+", " ", text))
    if RESTRICTED.search(text):
        return "restricted"
    return next((name for name, pattern in PERMISSIVE if re.search(pattern, text)), None)


def repository_licence(folder):
    """The permissive licence of a repository by its own top-level licence files, or None: then nothing of it is read."""
    paths = dict(tree(folder))
    names = [oid for path, oid in paths.items() if "/" not in path and NAME.match(path)]
    links = [(path, oid) for path, oid in tree(folder, links=True) if "/" not in path and NAME.match(path)]
    for target in read_objects(folder, [oid for _, oid in links]):
        target = os.path.normpath(target.decode("utf-8", "replace"))
        names += [paths[target]] if target in paths else []
    found = None
    for raw in read_objects(folder, names):
        name = terms((raw or b"").decode("utf-8", "replace"))
        if name == "restricted":
            return None
        found = found or name
    return found


def restricted_folders(folder):
    """Folders ("a/b/") whose own licence file is not permissive: what lies in them is refused."""
    rows = [(p, o) for p, o in tree(folder) if "/" in p and NESTED.match(os.path.basename(p)) and not CODE.search(p)]
    found = set()
    for (path, _), raw in zip(rows, read_objects(folder, [o for _, o in rows])):
        text = (raw or b"").decode("utf-8", "replace")
        if len(text) > POINTER and terms(text) in (None, "restricted"):
            found.add(os.path.dirname(path) + "/")
    return found


def restricted_header(text):
    """Whether a file's head carries terms of its own that are not permissive."""
    head = text[:3000]
    if not re.search(r"[Ll][Ii][Cc][Ee][Nn][CcSs][Ee]|GPL|GNU|Commons", head):
        return False
    return HEADER.search(re.sub(r"[\s#*/]+", " ", head)) is not None
