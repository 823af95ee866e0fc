"""Leaves out links to files of the repository that are not part of the documentation site."""

import re

LINK = re.compile(r"\[([^\]]+)\]\(((?:\.\./)+[^)]*)\)")


def on_page_markdown(markdown, page, config, files):
    depth = page.file.src_uri.count("/")

    def replace(link):
        is_outside = link[2].count("../") > depth
        return link[1] if is_outside else link[0]

    return LINK.sub(replace, markdown)
